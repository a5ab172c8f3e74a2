require (
	example.com/x
)
replace a b c
