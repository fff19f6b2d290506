# Read by ctest behind the tests themselves: those that long_tests.txt names have the label "long" and start first.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/long_tests.txt" names)
foreach(name IN LISTS names)
  set_tests_properties("${name}" PROPERTIES LABELS long COST 10)
endforeach()
