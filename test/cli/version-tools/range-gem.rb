# SPDX-License-Identifier: Apache-2.0
# Which versions a constraint holds as Gem::Requirement has it: "constraint TAB version" on standard input, +, - or ? (neither) on output.
STDIN.set_encoding('UTF-8')
STDIN.each_line do |line|
  constraint, version = line.chomp("\n").split("\t", 2)
  begin
    requirement = Gem::Requirement.new(constraint.split(',', -1))
    puts requirement.satisfied_by?(Gem::Version.new(version)) ? '+' : '-'
  rescue ArgumentError
    puts '?'
  end
end
