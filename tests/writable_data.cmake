# Refuses archives that hold writable data of this library, which would be state between calls. Tables
# that a function reads once from what is embedded in the program, and that never change afterwards,
# are named below: they are static constants, but the compiler must keep them where it can write.
# Run as: cmake -D OBJDUMP=... -D ARCHIVES=a.a,b.a -P writable_data.cmake
set(read_once "(preset_laws|preset_texts|preset_hyperparameters|hyperparameter_texts|model_table|model_texts|known_gpus|gpu_texts|cost_table_texts|published_texts|recipes|routers)\\(\\)::")

string(REPLACE "," ";" archives "${ARCHIVES}")
set(found "")
foreach(archive IN LISTS archives)
  execute_process(COMMAND "${OBJDUMP}" --demangle --syms "${archive}"
                  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[;\\[]" "," symbols "${symbols}")
  string(REPLACE "]" "," symbols "${symbols}")
  string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
  # What is only relocated when the program is loaded (.data.rel.ro) is not writable.
  list(FILTER lines INCLUDE REGEX "[ \t]\\.t?(data|bss)[^ \t]*\t.*isoflop::")
  list(FILTER lines EXCLUDE REGEX "[ \t]\\.data\\.rel\\.ro")
  list(FILTER lines EXCLUDE REGEX "${read_once}")
  get_filename_component(name "${archive}" NAME)
  foreach(line IN LISTS lines)
    string(APPEND found "\n  ${name}: ${line}")
  endforeach()
endforeach()
if(found)
  message(FATAL_ERROR "writable data of isoflop:${found}")
endif()
