module example.com/app

go 1.21

toolchain go1.21.3

require example.com/single v1.0.0 // a comment

require (
	github.com/gin-gonic/gin v1.9.1
	golang.org/x/net v0.10.0 // indirect
	gopkg.in/yaml.v2 v2.4.0+incompatible
	example.com/pinned v1.5.0
	example.com/other v1.5.0
	example.com/dir v1.0.0
	"example.com/quoted" v0.0.0-20190101000000-0123456789ab
)

exclude example.com/excluded v1.0.0

retract (
	v1.0.0
)

replace (
	golang.org/x/net => golang.org/x/net v0.17.0
	example.com/pinned v1.5.0 => example.com/fork v1.5.1
	example.com/other v1.4.0 => example.com/never v9.9.9
	example.com/dir => ../dir
)
