package words

// Split is for the external tests.
var Split = split
