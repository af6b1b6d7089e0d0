// What is known of an account: its number, its quota, its property definitions.

package api

import "time"

// An Account is the account that a token belongs to.
type Account struct {
	PortalID        int64
	TimeZone        string // such as Europe/Berlin; the daily quota ends at its midnight
	CompanyCurrency string // ISO 4217
	UIDomain        string // such as app-eu1.hubspot.com
	AccountType     string // such as STANDARD or DEVELOPER_TEST
}

// Usage is how much of its daily quota an account has used, over all of its
// private apps.
type Usage struct {
	Limit, Current int64
	ResetsAt       time.Time // zero when the answer doesn't say
}

// A Property is the definition of a property.
type Property struct {
	Name, Label, Description string
	GroupName                string

	// Type is what is stored: string, number, date, datetime, enumeration,
	// bool, phone_number, and others that HubSpot may add. FieldType is how
	// it is shown; an enumeration shown as checkbox takes several values.
	Type, FieldType string

	Options         []Option
	ExternalOptions bool // Options is empty, and the values are defined elsewhere

	HasUniqueValue bool // no two records have the same value
	ReadOnly       bool // its value can't be set: calculated, or HubSpot's own
	Calculated     bool
	Hidden         bool
	Archived       bool
	HubSpotDefined bool
}

// An Option is one of the values of an enumeration.
type Option struct {
	Label, Value string
	Hidden       bool
}

// A NewProperty is a property to create.
type NewProperty struct {
	GroupName      string `json:"groupName"` // lineiteminformation for line items
	Name           string `json:"name"`
	Label          string `json:"label"`
	Description    string `json:"description,omitzero"`
	Type           string `json:"type"`
	FieldType      string `json:"fieldType"`
	HasUniqueValue bool   `json:"hasUniqueValue"` // can't be changed later
}

// An Owner is a user whom records can belong to.
type Owner struct {
	ID                  string // value of hubspot_owner_id
	Email               string // "" where HubSpot doesn't say
	FirstName, LastName string
	Archived            bool // no longer a user
}

// A Pipeline is a way that records such as deals go, stage by stage.
type Pipeline struct {
	ID, Label string // the id is the value of pipeline
	Stages    []Stage
}

// A Stage is a stage of a pipeline. Its label is unique within the pipeline only.
type Stage struct {
	ID, Label string // the id is the value of dealstage
}

// A TaxRate is one of the account's tax rates.
type TaxRate struct {
	ID          string // value of hs_tax_rate_group_id
	Name, Label string
	Percentage  string // a decimal number, such as 19 or 7.7
	Active      bool
}

// An AssociationType is one of the ways in which records of a type are associated
// with records of another.
type AssociationType struct {
	Category string // such as HUBSPOT_DEFINED or USER_DEFINED
	TypeID   int
	Label    string // "" for the plain association
}

// A ValidationRule is what the account's administrators demand of a property's values,
// such as MAX_NUMBER with the argument 9.
type ValidationRule struct {
	Property, Kind string
	Arguments      []string
}
