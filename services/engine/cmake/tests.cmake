find_package(GTest REQUIRED)
find_library(RAPIDCHECK rapidcheck REQUIRED)
set(GOLDEN_FILE ${CMAKE_SOURCE_DIR}/../messages/golden.jsonl CACHE FILEPATH "The messages all services agree on")

add_library(testing_support STATIC src/core/random_journal.cpp src/core/reference_engine.cpp src/journal/test_cluster.cpp)
target_link_libraries(testing_support PUBLIC service GTest::gtest_main ${RAPIDCHECK} PRIVATE warnings)

foreach(test core/engine core/engine_property core/known_ids messages/messages messages/decimal ops/config ops/cores ops/huge_pages ops/metrics
        api/target journal/session journal/tls api/server)
  string(REPLACE / _ name ${test})
  add_executable(${name}_test src/${test}_test.cpp)
  target_compile_definitions(${name}_test PRIVATE GOLDEN_FILE="${GOLDEN_FILE}")
  target_link_libraries(${name}_test PRIVATE testing_support warnings)
  add_test(NAME ${name} COMMAND ${name}_test)
endforeach()
