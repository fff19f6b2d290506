# Read by ctest behind the tests themselves: those that long_tests.txt names have the label "long" and start first;
# those of them that thorough_tests.txt names as well have the label "thorough".
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/long_tests.txt" names)
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/thorough_tests.txt" thorough)
foreach(name IN LISTS names)
  set_tests_properties("${name}" PROPERTIES LABELS long COST 10)
endforeach()
foreach(name IN LISTS thorough)
  set_tests_properties("${name}" PROPERTIES LABELS "long;thorough" COST 10)
endforeach()
