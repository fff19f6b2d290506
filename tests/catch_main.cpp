// The main of tests where Catch2 is a header alone.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
