# What cpack makes a package of: the programs with their manual pages, completion and documents. The
# library stays with cmake --install. On Debian: cpack -G DEB in the build folder of the preset
# package, whose programs run on every machine of the architecture.
set(CPACK_PACKAGE_NAME isoflop)
set(CPACK_PACKAGE_VENDOR "isoflop")
set(CPACK_PACKAGE_CONTACT "the isoflop authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # what the programs link, by dpkg-shlibdeps
# Where Debian looks for a licence.
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/isoflop" RENAME copyright
        COMPONENT program)
include(CPack)
