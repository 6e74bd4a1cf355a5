# CPack: `cpack -G DEB` and `cpack -G RPM` in a build tree with the prefix /usr, from the same components and with the
# same scripts as packaging/deb and packaging/rpm. Those know more (build flags, debug symbols, source packages):
# scripts/package.sh builds with them.
set(CPACK_PACKAGE_VENDOR "Oxidalloc")
set(CPACK_PACKAGE_CONTACT "Oxidalloc Maintainers <maintainers@oxidalloc.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL oxidalloc dev)
set(CPACK_COMPONENT_OXIDALLOC_DESCRIPTION "The library and the tools. Installing them enables nothing: see oxidalloc-enable(8).")
set(CPACK_COMPONENT_DEV_DESCRIPTION "For linking programs with Oxidalloc.")

# packager_script(FILE OUTPUT): FILE with the text that packagers' scripts share, for CPack to take.
file(READ ${PROJECT_SOURCE_DIR}/packaging/remove-copies.sh remove_copies)
string(REGEX REPLACE "^#![^\n]*\n" "" remove_copies "${remove_copies}")
function(packager_script file output)
  file(READ ${PROJECT_SOURCE_DIR}/packaging/${file} text)
  string(REPLACE "@REMOVE_COPIES@" "${remove_copies}" text "${text}")
  string(REPLACE "@MULTIARCH@" "${CMAKE_LIBRARY_ARCHITECTURE}" text "${text}")
  string(REPLACE "\n#DEBHELPER#\n" "" text "${text}")
  file(WRITE ${PROJECT_BINARY_DIR}/cpack/${output} "${text}")
  if(NOT output MATCHES triggers)
    file(CHMOD ${PROJECT_BINARY_DIR}/cpack/${output} PERMISSIONS
      OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endfunction()

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_OXIDALLOC_PACKAGE_NAME oxidalloc)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME oxidalloc-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_OXIDALLOC_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_OXIDALLOC_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "oxidalloc (= ${PROJECT_VERSION})")
foreach(script postinst prerm postrm)
  packager_script(deb/oxidalloc.${script} ${script})
  list(APPEND CPACK_DEBIAN_OXIDALLOC_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/cpack/${script})
endforeach()
packager_script(deb/oxidalloc.triggers.in triggers)
list(APPEND CPACK_DEBIAN_OXIDALLOC_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/cpack/triggers)

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_MAIN_COMPONENT oxidalloc)
set(CPACK_RPM_OXIDALLOC_PACKAGE_NAME oxidalloc)
set(CPACK_RPM_DEV_PACKAGE_NAME oxidalloc-devel)
set(CPACK_RPM_DEV_PACKAGE_REQUIRES "oxidalloc = ${PROJECT_VERSION}")
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_AUTOREQ ON)
foreach(script preun postun posttrans)
  packager_script(rpm/${script}.sh ${script}.sh)
endforeach()
set(CPACK_RPM_OXIDALLOC_PRE_UNINSTALL_SCRIPT_FILE ${PROJECT_BINARY_DIR}/cpack/preun.sh)
set(CPACK_RPM_OXIDALLOC_POST_UNINSTALL_SCRIPT_FILE ${PROJECT_BINARY_DIR}/cpack/postun.sh)
set(CPACK_RPM_OXIDALLOC_POST_TRANS_SCRIPT_FILE ${PROJECT_BINARY_DIR}/cpack/posttrans.sh)
# Folders of the system, which are no package's of ours.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
  /usr/lib/systemd /usr/lib/systemd/system /usr/lib/tmpfiles.d /usr/libexec /usr/sbin /usr/share/man
  /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man7 /usr/share/man/man8
  /usr/${CMAKE_INSTALL_LIBDIR}/cmake /usr/${CMAKE_INSTALL_LIBDIR}/pkgconfig)
include(CPack)
