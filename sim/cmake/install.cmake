# cmake --install: the program and its shell completions, which it prints itself.
include(GNUInstallDirs)
if(TARGET tidepool)
  install(TARGETS tidepool)
  foreach(row bash:bash-completion/completions/tidepool zsh:zsh/site-functions/_tidepool
          fish:fish/vendor_completions.d/tidepool.fish)
    string(REGEX MATCH "^([a-z]+):(.*)/([^/]+)$" row ${row})
    set(script ${CMAKE_BINARY_DIR}/completions/${CMAKE_MATCH_1}/${CMAKE_MATCH_3})
    install(CODE "
      file(MAKE_DIRECTORY \"${CMAKE_BINARY_DIR}/completions/${CMAKE_MATCH_1}\")
      execute_process(COMMAND \"$<TARGET_FILE:tidepool>\" completion ${CMAKE_MATCH_1}
                      OUTPUT_FILE \"${script}\" COMMAND_ERROR_IS_FATAL ANY)")
    install(FILES ${script} DESTINATION ${CMAKE_INSTALL_DATADIR}/${CMAKE_MATCH_2})
  endforeach()
endif()
