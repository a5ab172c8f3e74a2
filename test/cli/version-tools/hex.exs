# SPDX-License-Identifier: Apache-2.0
# Order of versions as Elixir's Version has it: pairs on standard input, <, =, > or ? (no version) on standard output.
:io.setopts(:standard_io, encoding: :latin1)

IO.binstream(:stdio, :line)
|> Enum.map(fn line ->
  [a, b] = line |> String.trim_trailing("\n") |> :binary.split("\t")

  case {Version.parse(a), Version.parse(b)} do
    {{:ok, a}, {:ok, b}} -> %{lt: "<\n", eq: "=\n", gt: ">\n"}[Version.compare(a, b)]
    _ -> "?\n"
  end
end)
|> IO.write()
