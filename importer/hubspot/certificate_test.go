// Certificates that are of the right authority, and wrong all the same.

package hubspot

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
)

// TestCertificateExpired: the run stops, and not a byte of a request, and so none of the token,
// has left. The same certificate in good order is taken, so it is the fault that counts.
func TestCertificateExpired(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		from, until time.Time
		address     string
		good        bool
	}{
		"in order":   {now.Add(-time.Hour), now.Add(time.Hour), "127.0.0.1", true},
		"expired":    {now.Add(-48 * time.Hour), now.Add(-24 * time.Hour), "127.0.0.1", false},
		"not yet":    {now.Add(24 * time.Hour), now.Add(48 * time.Hour), "127.0.0.1", false},
		"wrong host": {now.Add(-time.Hour), now.Add(time.Hour), "127.0.0.2", false},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			template := &x509.Certificate{
				SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: tt.from, NotAfter: tt.until,
				IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
				ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.ParseIP(tt.address)},
			}
			der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
			if err != nil {
				t.Fatal(err)
			}
			certificate, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			requests := 0
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests++
				io.WriteString(w, `{"status":"COMPLETE","results":[]}`)
			}))
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
			s.StartTLS()
			t.Cleanup(s.Close)
			transport := newTransport(1)
			transport.TLSClientConfig.RootCAs = x509.NewCertPool()
			transport.TLSClientConfig.RootCAs.AddCert(certificate)
			c, err := New(Config{BaseURL: s.URL, Credentials: Static("token"), Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			a := c.Create(context.Background(), oneInput)
			if tt.good {
				if a.Outcome != api.Answered || requests != 1 {
					t.Errorf("%+v, %d requests", a, requests)
				}
				return
			}
			if a.Outcome != api.Unreachable || !a.Stop || requests != 0 {
				t.Errorf("%+v, %d requests", a, requests)
			}
			var failure *Error
			if _, err := c.Account(context.Background()); !errors.As(err, &failure) || !failure.Untrusted() || failure.Temporary() || requests != 0 {
				t.Errorf("a read isn't stopped: %v, %d requests", err, requests)
			}
		})
	}
}
