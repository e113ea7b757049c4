# Run at build time by tidepool_version(). Sources without a git repository take the commit from
# archive_commit.txt, which `git archive` fills in.
set(describe "")
if(GIT AND EXISTS ${SOURCE_DIR}/.git)
  execute_process(  # the hash alone, whatever tags there are; takes no lock that a commit could want
    COMMAND ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0
      ${GIT} -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE describe OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT describe)
  file(STRINGS ${SOURCE_DIR}/sim/cmake/archive_commit.txt describe LIMIT_COUNT 1)
endif()
if(describe MATCHES "^([0-9a-f]+)(-dirty)?$")
  set(COMMIT ${CMAKE_MATCH_1})
else()
  set(COMMIT unknown)
endif()
if(describe MATCHES "-dirty$")
  set(DIRTY true)
else()
  set(DIRTY false)
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)  # leaves an unchanged file alone
