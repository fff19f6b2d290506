// --report: an outcome as one HTML file with pictures.
#pragma once

#include <string>

#include "apps/words/form.hpp"

namespace isoflop::app {

void report_option(Form& form);

/// Throws, before hours of work, what write_report is bound to throw.
void require_report(const Form& form);

/// Writes the report where one was asked for, and says so unless what was printed is for programs;
/// text and JSON as the verb prints them.
void write_report(const Form& form, const std::string& json, const std::string& text,
                  bool for_people = true);

}  // namespace isoflop::app
