"""What the diagnosis of a case without plan says: policies, rules and data, marked for translators."""

from __future__ import annotations

from reporting.language import N_

POLICIES = (  # kinds, each followed by its name
    N_("supplier count {name}"), N_("limit on change {name}"), N_("seats of a programme {name}"),
    N_("ceiling {name}"), N_("disposal limit {name}"), N_("lane minimum {name}"),
    N_("minimum order {name}"), N_("share if used {name}"), N_("single source {name}"),
    N_("hub capacity {name}"), N_("minimum return {name}"), N_("pin {name}"), N_("custom rule {name}"),
    N_("water cap {name}"),
)  # fmt: skip

KINDS = (  # alone
    N_("without any one of them there is a plan"), N_("not shown to be smallest"),
    N_("cap"), N_("demand"), N_("minimum use"), N_("sourcing share"), N_("quota"), N_("supplier count"),
    N_("limit on change"), N_("green share"), N_("matched share"), N_("budget"), N_("intervention count"),
    N_("seats of a programme"), N_("ceiling"), N_("disposal limit"), N_("lane minimum"),
    N_("minimum order"), N_("share if used"), N_("single source"), N_("hub capacity"),
    N_("minimum return"), N_("pin"), N_("custom rule"), N_("target"), N_("water cap"),
)  # fmt: skip

DATA = (  # each followed by names
    N_("capacity of lines, with what interventions add to it"),
    N_("onsite power as far as it is built"),
    N_("largest shares of power options"),
    N_("interventions that cannot be decided by then"),
    N_("interventions that cannot be decided then (window, lead time or not allowed by the pathway)"),
    N_("demand that must be met"),
    N_("what an offer can sell"),
    N_("what a lane, and where it comes from, can bring"),
    N_("what a line can run"),
    N_("power options the pathway allows"),
    N_("contracts the pathway allows"),
    N_("keep the tonnes on a lane within its capacity"),
    N_("use a locked mode on an arc only while an intervention that unlocks it is active"),
    N_("let no more leave a hub than it can handle"),
    N_("give a locked hub its capacity only while an intervention that opens it is in effect"),
    N_("take back no more than the largest share of what was delivered before, and the stream"),
    N_("discard no more than a row of the disposal table allows, over all its places"),
    N_("make no more of a product, in a region or at a site, than its ceiling of the year"),
    N_("run no more than the capacity in place"),
    N_("hold a recipe to its largest share of a line's activity, e.g. a largest scrap share"),
    N_("run a locked process only while an intervention that unlocks it is active"),
    N_("buy from a locked offer only while an intervention that unlocks it is active"),
    N_("decide an intervention only while each of its prerequisites is in effect"),
    N_("choose at most one of rival interventions"),
    N_("use no more contracted power than the contracts put out over the year"),
    N_("build on a site's roof or land no more than there is room for"),
    N_("pass on between the sites of a park no more than its microgrid can carry"),
    N_("take what is bought of a contested pool band by band, each at its premium, up to its limit"),
)

TOLD = (
    *POLICIES,
    N_("{rule} of {number}: {names} and others, together missed by {amount}, worth {worth}"),
    N_("{when} is missed by {amount}: {old} -> {new} ({number} periods in all)"),
    N_("{parts}, and leaves {unserved} units of demand unserved at its shortage cost"),
    N_("Conflict: these cannot all hold together, because decisions are whole ({needed}):"),
    N_("{number} t/year"),
)
