# A schema as a C string: comments go, quotes and backslashes are escaped, each line becomes one literal.
s/--.*//
s/[\\"]/\\&/g
s/.*/"&\\n"/
