package promisetest

import (
	"slices"
	"testing"
)

func TestCheck(t *testing.T) {
	held := map[string][]string{"once": {"1"}, "twice": {"2", "3"}, "thrice": {"4", "5", "6"}}
	for _, test := range []struct {
		claim Claim
		want  []Kind // besides what is there too often
	}{
		{Claim{"once", Created, "1"}, nil},
		{Claim{"once", Existing, "1"}, nil},
		{Claim{"once", Existing, ""}, nil},
		{Claim{"once", InDoubt, ""}, nil},
		{Claim{"none", InDoubt, ""}, nil},
		{Claim{"none", Refused, ""}, nil},
		{Claim{"once", Created, ""}, []Kind{FalselyCreated}},
		{Claim{"once", Created, "2"}, []Kind{FalselyCreated}},
		{Claim{"none", Created, "1"}, []Kind{FalselyCreated}},
		{Claim{"none", Existing, ""}, []Kind{FalselyCreated}},
		{Claim{"once", Refused, ""}, []Kind{FalselyRefused}},
		{Claim{"once", Nothing, ""}, []Kind{Lost}},
		{Claim{"none", "pending", ""}, []Kind{Lost}},
	} {
		var got []Kind
		for _, b := range Check([]Claim{test.claim}, held) {
			got = append(got, b.Kind)
		}
		if want := append([]Kind{Twice, Twice, Twice}, test.want...); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", test.claim, got, want)
		}
	}
}
