private rule small { condition: filesize < 1KB }
rule Marker : test family_x {
  meta: description = "A marker of a test" score = 95
  strings: $text = "plimsoll-marker" nocase
  condition: small and $text
}
rule Word { meta: severity = "moderate" strings: $r = /wo{2,3}rd/ $s = "never" condition: any of them }
rule Named { meta: score = 10 condition: filepath == "/opt/hit.txt" and filename == "hit.txt" and extension == ".txt" }
rule Odd { meta: severity = "nonsense" condition: uint32be(0) == 0x7878205b }
