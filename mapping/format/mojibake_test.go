package format

import "testing"

func TestMojibake(t *testing.T) {
	for text, want := range map[string]string{"BÃ¼ro": "Büro", "10 â‚¬": "10 €", "FranÃ§ois â€“ 5 Â°C": "François – 5 °C", "æ\u0097¥æœ¬": "日本", "ÐŸÑ€Ð¸": "При", "Å\u0081Ã³dÅº": "Łódź"} {
		if fixed := Mojibake(text); fixed != want {
			t.Errorf("%q is %q, want %q", text, fixed, want)
		}
	}
	for _, text := range []string{
		"", "Buro", "Büro", "10 €", "FRANÇAIS", "NÃO", "São Paulo", "«LIBERTÉ»", "ÅÄÖ", "Ärger“", "5 Â", "Łódź", "日本語", "Привет", "Ã ", "naïve — “x”", "Đặng", "â€",
	} {
		if fixed := Mojibake(text); fixed != "" {
			t.Errorf("%q is taken for %q", text, fixed)
		}
	}
}
