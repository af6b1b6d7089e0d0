class Hubload < Formula
  desc "Load CSV files into HubSpot, every row accounted for"
  homepage "https://github.com/hubload/hubload"
  version "@version@"
  license "Apache-2.0"

  base = "https://github.com/hubload/hubload/releases/download/v@version@/hubload_@version@"
  on_macos do
    on_arm do
      url "#{base}_darwin_arm64.tar.gz"
      sha256 "@darwin_arm64@"
    end
    on_intel do
      url "#{base}_darwin_amd64.tar.gz"
      sha256 "@darwin_amd64@"
    end
  end
  on_linux do
    on_arm do
      url "#{base}_linux_arm64.tar.gz"
      sha256 "@linux_arm64@"
    end
    on_intel do
      url "#{base}_linux_amd64.tar.gz"
      sha256 "@linux_amd64@"
    end
  end

  def install
    bin.install "hubload"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/hubload.bash" => "hubload"
    zsh_completion.install "completions/hubload.zsh" => "_hubload"
    fish_completion.install "completions/hubload.fish"
  end

  test do
    (testpath/"orders.csv").write "name,quantity\nLicense,1\n"
    assert_match "1 created", shell_output("#{bin}/hubload import orders.csv --sandbox --unassociated")
  end
end
