Gem::Specification.new do |spec|
  spec.name = 'json'
  spec.version = Gem::Version.new("2.6.1")
  spec.license = "Ruby"
end
