"""The ore case with scorecards: near is a C, far an A, green an A; one intervention makes near a B."""

from scenarios import ScenarioSettings

INDICATORS = """indicator family weight kind worst best improvement_cost
sbt climate_targets 0.4 yes_no - - 100
iso quality_and_environment 0.35 yes_no - - 50
ren renewable_use 0.25 share - - 200"""
SCORECARD = """site indicator value
near sbt 0
near iso 1
near ren 0.2
far sbt 1
far iso 1
far ren 0.6
green sbt 1
green iso 1
green ren 1"""
GRADES = """grade lowest_score minimum_share maximum_share
A 90 0.1 0.8
B 70 - 0.6
C 0 - 0.2"""
HELP = "intervention kind capex life_years lead_years\nhelp programme 30 20 0"
RAISES = "intervention effect site indicator amount\nhelp raises_score near sbt 1"
YEARS = ScenarioSettings(name="ore", first_year=2025, last_year=2027, discount_rate=0.0)
QUOTAS = {"indicators": INDICATORS, "scorecard": SCORECARD, "grades": GRADES}
CARDS = {"indicators": INDICATORS, "scorecard": SCORECARD}
