// The subcommands of isoflop.
#pragma once

#include "apps/words/verb.hpp"

namespace isoflop::app {

extern const Verb kBacktest;
extern const Verb kBench;
extern const Verb kConsensus;
extern const Verb kEnvelope;
extern const Verb kFigure;
extern const Verb kFit;
extern const Verb kFrontier;
extern const Verb kGranularity;
extern const Verb kLaws;
extern const Verb kNextRuns;
extern const Verb kPlan;
extern const Verb kPredict;
extern const Verb kProfiles;
extern const Verb kReport;
extern const Verb kReproduce;
extern const Verb kRerun;
extern const Verb kRun;
extern const Verb kSensitivity;
extern const Verb kShape;
extern const Verb kSweep;

}  // namespace isoflop::app
