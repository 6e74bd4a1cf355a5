# What is installed beside the library, the tools and the stub, whose rules stand with their targets.
# Two components: `oxidalloc` (the default) is what a system needs to run; `dev` is for those who link.
# Packages take these two as they are: no packager's file lists anything.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME oxidalloc)
include(CMakePackageConfigHelpers)

# --- oxidalloc: manual pages, completions, documents, temporary files
foreach(section 1 5 7 8)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

# The shells look for a file by the command's name: one file and links to it.
set(completions ${PROJECT_SOURCE_DIR}/packaging/completions)
set(bash_dir ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
set(fish_dir ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${completions}/oxidalloc.bash RENAME oxidalloc DESTINATION ${bash_dir})
install(FILES ${completions}/oxidalloc.fish DESTINATION ${fish_dir})
foreach(tool enable disable status run denylist rescue)
  install(CODE "
    set(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
    file(CREATE_LINK oxidalloc \"\${prefix}/${bash_dir}/oxidalloc-${tool}\" SYMBOLIC)
    file(CREATE_LINK oxidalloc.fish \"\${prefix}/${fish_dir}/oxidalloc-${tool}.fish\" SYMBOLIC)")
endforeach()
set(OXIDALLOC_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "Where zsh looks for completions")
install(FILES ${completions}/_oxidalloc DESTINATION ${OXIDALLOC_ZSH_DIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/packaging/tmpfiles/oxidalloc.conf DESTINATION lib/tmpfiles.d)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/packaging/initramfs-tools/oxidalloc
  DESTINATION ${CMAKE_INSTALL_DATADIR}/initramfs-tools/hooks)

# --- dev: header, pkg-config file, CMake package
install(FILES ${PROJECT_SOURCE_DIR}/include/oxidalloc.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
configure_file(${PROJECT_SOURCE_DIR}/packaging/pkgconfig/oxidalloc.pc.in oxidalloc.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/oxidalloc.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/oxidalloc)
configure_package_config_file(${PROJECT_SOURCE_DIR}/packaging/cmake/oxidalloc-config.cmake.in oxidalloc-config.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(oxidalloc-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/oxidalloc-config.cmake ${PROJECT_BINARY_DIR}/oxidalloc-config-version.cmake
  DESTINATION ${package_dir} COMPONENT dev)
