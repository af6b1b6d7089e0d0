// What an account has beside records and properties: owners, pipelines, tax rates,
// association labels.

package hubspot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

// ownersPage is how many owners are asked for at once, the most that HubSpot gives
// (owners guide). Of tax rates no limit is documented; none is asked for.
const ownersPage = "500"

// Owners returns a page of the account's owners, those that are archived or the
// others, and the cursor of the next page, "" after the last one; after is the cursor
// of the page, "" for the first. It is one request, and needs the scope
// crm.objects.owners.read. Its errors are [*Error].
func (c *Client) Owners(ctx context.Context, archived bool, after string) (owners []api.Owner, next string, err error) {
	query := url.Values{"limit": {ownersPage}}
	if archived {
		query.Set("archived", "true")
	}
	type owner struct {
		api.Owner
		ID text `json:"id"`
	}
	err = readPage(ctx, c, c.ownersPath(), query, after, &next, func(o owner) {
		if o.Owner.ID = string(o.ID); o.ID != "" {
			owners = append(owners, o.Owner)
		}
	})
	return owners, next, err
}

// TaxRates returns a page of the account's tax rates, as [Client.Owners] does. It needs
// one of the scopes tax_rates.read, crm.objects.quotes.read and crm.objects.quotes.write.
func (c *Client) TaxRates(ctx context.Context, after string) (rates []api.TaxRate, next string, err error) {
	type rate struct {
		api.TaxRate
		ID         text `json:"id"`
		Percentage text `json:"percentageRate"`
	}
	err = readPage(ctx, c, c.taxRatesPath(), nil, after, &next, func(r rate) {
		if r.TaxRate.ID, r.TaxRate.Percentage = string(r.ID), string(r.Percentage); r.ID != "" {
			rates = append(rates, r.TaxRate)
		}
	})
	return rates, next, err
}

// Pipelines returns the pipelines of an object type ("" for the client's own) with
// their stages. Those that are archived are left out. Its errors are [*Error].
func (c *Client) Pipelines(ctx context.Context, object string) ([]api.Pipeline, error) {
	a, err := c.of(object)
	if err != nil {
		return nil, err
	}
	var pipelines []api.Pipeline
	type stage struct {
		api.Stage
		ID       text `json:"id"`
		Archived bool `json:"archived"`
	}
	type pipeline struct {
		api.Pipeline
		ID       text        `json:"id"`
		Listed   list[stage] `json:"stages"`
		Archived bool        `json:"archived"`
	}
	err = readPage(ctx, c, a.pipelinesPath(), nil, "", nil, func(p pipeline) {
		if p.ID == "" || p.Archived {
			return
		}
		p.Pipeline.ID = string(p.ID)
		for _, s := range p.Listed {
			if s.Stage.ID = string(s.ID); s.ID != "" && !s.Archived {
				p.Stages = append(p.Stages, s.Stage)
			}
		}
		pipelines = append(pipelines, p.Pipeline)
	})
	return pipelines, err
}

// ValidationRules returns the rules of the account's administrators that writes of the
// client's own object type have to obey. Before version 2026-09 those are none, and
// nothing is asked. Its errors are [*Error].
func (c *Client) ValidationRules(ctx context.Context) ([]api.ValidationRule, error) {
	if !c.enforcesRules() {
		return nil, nil
	}
	var rules []api.ValidationRule
	type ruled struct {
		Property string `json:"propertyName"`
		Rules    list[struct {
			Kind      string `json:"ruleType"`
			Arguments texts  `json:"ruleArguments"`
		}] `json:"propertyValidationRules"`
	}
	err := readPage(ctx, c, c.rulesPath(), nil, "", nil, func(r ruled) {
		for _, one := range r.Rules {
			if r.Property != "" && one.Kind != "" {
				rules = append(rules, api.ValidationRule{Property: r.Property, Kind: one.Kind, Arguments: one.Arguments})
			}
		}
	})
	return rules, err
}

// AssociationTypes returns the association types from an object type ("" for the
// client's own) to another: HubSpot's own and those that the account has labelled. Its
// errors are [*Error].
func (c *Client) AssociationTypes(ctx context.Context, from, to string) ([]api.AssociationType, error) {
	a, err := c.of(from)
	if err != nil {
		return nil, err
	}
	if !objectType.MatchString(to) {
		return nil, &Error{Status: http.StatusNotFound, Err: fmt.Errorf("%q is not an object type", to)}
	}
	var types []api.AssociationType
	type labelled struct {
		Category string `json:"category"`
		TypeID   number `json:"typeId"`
		Label    text   `json:"label"`
	}
	err = readPage(ctx, c, a.labelsPath(to), nil, "", nil, func(l labelled) {
		if l.Category != "" && l.TypeID > 0 {
			types = append(types, api.AssociationType{Category: l.Category, TypeID: int(l.TypeID), Label: string(l.Label)})
		}
	})
	return types, err
}

// readPage reads a list, or the page of it that after says, and calls each for its
// elements. Where next is nil the list has no pages: one that goes on is an error.
func readPage[T any](ctx context.Context, c *Client, path string, query url.Values, after string, next *string, each func(T)) error {
	if after != "" {
		if query == nil {
			query = url.Values{}
		}
		query.Set("after", after)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	var answer struct {
		Results list[T] `json:"results"`
		Paging  object[struct {
			Next object[struct {
				After cursor `json:"after"`
			}] `json:"next"`
		}] `json:"paging"`
	}
	if err := c.read(ctx, http.MethodGet, path, nil, &answer, nil); err != nil {
		return err
	}
	follows := string(answer.Paging.v.Next.v.After)
	switch {
	case answer.Results == nil:
		return &Error{Status: http.StatusOK, Err: errors.New("the answer can't be read: it holds no results")}
	case follows != "" && (next == nil || follows == after):
		return &Error{Status: http.StatusOK, Err: errors.New("the answer can't be read: it goes on, and not with another page")}
	case next != nil:
		*next = follows
	}
	for _, v := range answer.Results {
		each(v)
	}
	return nil
}

// A text is a string or a number, as it is written; null is "".
type text string

func (t *text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case '"':
		unquoted, err := jsontext.AppendUnquote(nil, raw)
		*t = text(unquoted)
		return err
	case '0':
		*t = text(bytes.Clone(raw))
	}
	return nil
}
