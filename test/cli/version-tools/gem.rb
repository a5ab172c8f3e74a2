# SPDX-License-Identifier: Apache-2.0
# Order of versions as Gem::Version has it: pairs on standard input, <, =, > or ? (no version) on standard output.
STDIN.set_encoding('UTF-8')
STDIN.each_line do |line|
  a, b = line.chomp("\n").split("\t", 2)
  if Gem::Version.correct?(a) && Gem::Version.correct?(b)
    puts({ -1 => '<', 0 => '=', 1 => '>' }[Gem::Version.new(a) <=> Gem::Version.new(b)])
  else
    puts '?'
  end
end
