// Tries what a run does with one <service>, in each region that it reads: a page of one finding, the newest stream of each log group and one
// event of it. With remove_log_streams the deletion of a stream that never was: CloudWatch Logs says that it is not there, or that it may
// not be deleted. Where no region is configured a run asks all of them and passes over those that refuse; so does this. Blocking.
#pragma once

#include "config/settings.h"
#include "doctor/check.h"
#include "doctor/options.h"

namespace trailsift {

void CheckService(const ServiceSettings& service, const DoctorOptions& options, const Tell& tell);

}  // namespace trailsift
