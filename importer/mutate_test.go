// Mutating by syntax: a pattern is found in the tree of one function and replaced in its text.

package importer_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
)

// A mutant is a fault that somebody could write in good faith. In the function fn of
// the package pkg, below importer, the expression or statement from becomes to. How the
// code is laid out and commented doesn't matter, nor does the file. A name in from that
// begins with _ stands for any expression, also in to.
type mutant struct {
	name     string
	pkg, fn  string // fn: name, Type.method, or a variable of the package
	from, to string
	nth      int // which of several matches; 0: there is only one
}

// apply returns the file that the mutant changes, and its mutated text.
func (m mutant) apply() (path, text string, err error) {
	pattern, err := parsePattern(m.from)
	if err != nil {
		return "", "", err
	}
	files, err := filepath.Glob(filepath.Join(m.pkg, "*.go"))
	if err != nil {
		return "", "", err
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return "", "", err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
		if err != nil {
			return "", "", err
		}
		body := declared(file, m.fn)
		if body == nil {
			continue
		}
		at := func(p token.Pos) int { return fset.Position(p).Offset }
		var found []ast.Node
		var bound []map[string]ast.Node
		ast.Inspect(body, func(n ast.Node) bool {
			names := map[string]ast.Node{}
			if n != nil && like(reflect.ValueOf(pattern), reflect.ValueOf(n), names) {
				found, bound = append(found, n), append(bound, names)
			}
			return true
		})
		i := max(m.nth, 1) - 1
		if len(found) <= i || m.nth == 0 && len(found) > 1 {
			return "", "", fmt.Errorf("%s of %s holds %q %d times: the table must follow the code", m.fn, path, m.from, len(found))
		}
		to := wildcard.ReplaceAllStringFunc(m.to, func(name string) string {
			if n := bound[i][name]; n != nil {
				return string(source[at(n.Pos()):at(n.End())])
			}
			return name
		})
		n := found[i]
		return path, string(source[:at(n.Pos())]) + to + string(source[at(n.End()):]), nil
	}
	return "", "", fmt.Errorf("there is no %s in %s: the table must follow the code", m.fn, filepath.Join("importer", m.pkg))
}

var wildcard = regexp.MustCompile(`\b_\w+`)

// parsePattern reads an expression or one statement.
func parsePattern(text string) (ast.Node, error) {
	if e, err := parser.ParseExpr(text); err == nil {
		return e, nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p; func f() {\n"+text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q: %w", text, err)
	}
	return file.Decls[0].(*ast.FuncDecl).Body.List[0], nil
}

// declared returns the body of a function or method, or the value of a variable.
func declared(file *ast.File, name string) ast.Node {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			full := d.Name.Name
			if d.Recv != nil {
				of := d.Recv.List[0].Type
				if p, ok := of.(*ast.StarExpr); ok {
					of = p.X
				}
				full = fmt.Sprint(of, ".", full)
			}
			if full == name && d.Body != nil {
				return d.Body
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && v.Names[0].Name == name && len(v.Values) == 1 {
					return v.Values[0]
				}
			}
		}
	}
	return nil
}

// like reports whether a tree is that of the pattern, apart from positions, and binds
// the pattern's wildcards.
func like(pattern, tree reflect.Value, bound map[string]ast.Node) bool {
	for pattern.Kind() == reflect.Interface {
		pattern = pattern.Elem()
	}
	for tree.Kind() == reflect.Interface {
		tree = tree.Elem()
	}
	if !pattern.IsValid() || !tree.IsValid() {
		return pattern.IsValid() == tree.IsValid()
	}
	if id, ok := pattern.Interface().(*ast.Ident); ok && id != nil && wildcard.MatchString(id.Name) {
		n, ok := tree.Interface().(ast.Expr)
		bound[id.Name] = n
		return ok
	}
	if pattern.Type() != tree.Type() {
		return false
	}
	switch pattern.Kind() {
	case reflect.Pointer:
		if pattern.IsNil() || tree.IsNil() {
			return pattern.IsNil() == tree.IsNil()
		}
		return like(pattern.Elem(), tree.Elem(), bound)
	case reflect.Struct:
		for i := range pattern.NumField() {
			if pattern.Type().Field(i).Type == reflect.TypeFor[token.Pos]() {
				continue
			}
			if !like(pattern.Field(i), tree.Field(i), bound) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if pattern.Len() != tree.Len() {
			return false
		}
		for i := range pattern.Len() {
			if !like(pattern.Index(i), tree.Index(i), bound) {
				return false
			}
		}
		return true
	}
	return pattern.Interface() == tree.Interface()
}
