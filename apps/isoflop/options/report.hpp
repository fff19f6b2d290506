// --report: an outcome as one HTML file with pictures.
#pragma once

#include <string>

#include "apps/words/form.hpp"

namespace isoflop::app {

void report_option(Form& form);

/// Throws, before hours of work, what show_and_report is bound to throw.
void require_report(const Form& form);

/// Writes the report where one was asked for, of text and JSON as the verb has them; then prints
/// `shown`, and where the report is unless what was printed is for programs. In this order: who
/// reads along may stop reading, which ends the program.
void show_and_report(const Form& form, const std::string& shown, const std::string& json,
                     const std::string& text, bool for_people = true);

}  // namespace isoflop::app
