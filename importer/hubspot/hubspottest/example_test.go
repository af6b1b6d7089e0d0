// An example: a test of somebody's own code against the account.

package hubspottest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// addLineItem is the code under test. It tries again when something goes wrong, which for a create is a mistake.
func addLineItem(baseURL, token, name string) error {
	body := fmt.Sprintf(`{"inputs":[{"properties":{"name":%q}}]}`, name)
	var last error
	for range 3 {
		request, err := http.NewRequest(http.MethodPost, baseURL+"/crm/v3/objects/line_items/batch/create", strings.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			last = err
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusCreated {
			return nil
		}
		last = fmt.Errorf("status %s", response.Status)
	}
	return last
}

func Example() {
	account := hubspottest.New(hubspottest.Config{
		Tokens: []string{"pat-test"},
		Faults: []hubspottest.Fault{{Name: "502-after", Next: 1}}, // the first answer gets lost on its way
	})
	server := httptest.NewServer(account)
	defer server.Close()

	err := addLineItem(server.URL, "pat-test", "Support, 1 year")

	fmt.Println("error:", err)
	fmt.Println("line items:", account.Len("line_items"))
	for item := range account.Objects("line_items") {
		fmt.Println(item.ID, item.Properties["name"])
	}
	// Output:
	// error: <nil>
	// line items: 2
	// 900000000001 Support, 1 year
	// 900000000002 Support, 1 year
}

func ExampleParseFault() {
	fault, err := hubspottest.ParseFault("late-commit@all=2%:10s")
	fmt.Println(fault.Name, fault.All, fault.Probability, fault.Delay, err)
	_, err = hubspottest.ParseFault("503=often")
	fmt.Println(err)
	// Output:
	// late-commit true 0.02 10s <nil>
	// fault "503=often": "often" does not say when; write a probability (0.01 or 1%), every-N or next-N
}
