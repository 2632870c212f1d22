"""Our own cases for Sigma rules: what each modifier and each form of a condition makes of records that it is for and of near misses.

MATCHES: (name, detection, records that it holds for, records that it does not). A record is what stands beside the usual members.
REFUSED: (name, whole document, what `rules check` says of it). In both `@` at the beginning of a line stands for `condition: s`.
"""

P = "requestParameters"


def q(**members):
    return {P: members}


MATCHES = [
    # Values
    ("equal", "s: {eventName: StopLogging}\n@", [{"eventName": "stoplogging"}], [{"eventName": "StopLogging2"}, {"eventName": ""}]),
    ("any of a list", "s: {eventName: [A, B]}\n@", [{"eventName": "a"}, {"eventName": "B"}], [{"eventName": "AB"}]),
    ("all of a map", "s: {eventName: A, awsRegion: x}\n@", [{"eventName": "A", "awsRegion": "X"}], [{"eventName": "A", "awsRegion": "y"}]),
    ("any of the maps", "s: [{eventName: A, awsRegion: x}, {errorCode: E}]\n@",
     [{"eventName": "A", "awsRegion": "x"}, {"errorCode": "e"}], [{"eventName": "A"}, {"awsRegion": "x", "errorCode": "F"}]),
    ("number against number", f"s: {{{P}.n: 22}}\n@", [q(n=22), q(n=22.0), q(n="22")], [q(n=222), q(n="22.0"), q(n="022")]),
    ("quoted number", f"s: {{{P}.n: '22'}}\n@", [q(n=22), q(n="22")], [q(n=22.5), q(n=220)]),
    ("truth", f"s: {{{P}.n: true}}\n@", [q(n=True), q(n="TRUE")], [q(n=False), q(n=1)]),
    ("null", f"s: {{{P}.n: null}}\n@", [q(), q(n=None), {P: None}, {}, q(n=[None])], [q(n=""), q(n=0), q(n=[]), q(n={})]),
    ("empty text", f"s: {{{P}.n: ''}}\n@", [q(n="")], [q(), q(n=None), q(n=" ")]),
    ("star", f"s: {{{P}.n: 'a*c'}}\n@", [q(n="ac"), q(n="AbbC"), q(n="a\nc")], [q(n="acd"), q(n="xac")]),
    ("question", f"s: {{{P}.n: 'a?c'}}\n@", [q(n="abc"), q(n="aüc")], [q(n="ac"), q(n="abbc")]),
    ("escapes", f"s: {{{P}.n: 'a\\*\\?\\\\*'}}\n@", [q(n="a*?\\"), q(n="A*?\\x")], [q(n="ab?\\"), q(n="a*?x")]),
    ("plain backslash", f"s: {{{P}.n: 'C:\\dir\\x'}}\n@", [q(n="c:\\DIR\\x")], [q(n="c:dir\\x")]),
    ("other scripts", f"s: {{{P}.n: 'ΑΘΗΝΑ*Ü'}}\n@", [q(n="αθηνα und ü")], [q(n="αθηνα u")]),
    # Where a field leads
    ("array", f"s: {{{P}.n: b}}\n@", [q(n=["a", "B"]), q(n=[["b"]])], [q(n=["ab"]), q(n=[])]),
    ("array of objects", f"s: {{{P}.l.n: b}}\n@", [q(l=[{"m": 1}, {"n": "b"}])], [q(l=[{"m": "b"}]), q(n="b")]),
    ("object as text", f"s: {{{P}.n: '{{\"a\":1,\"b\":[\"x\"]}}'}}\n@", [q(n={"a": 1, "b": ["X"]})], [q(n={"b": ["x"], "a": 1})]),
    ("inside an object", f"s: {{{P}|contains: '\"b\":[\"x'}}\n@", [q(a=1, b=["x"])], [q(b="x")]),
    ("dots in names", "s: {a.b.c: x}\n@", [{"a.b.c": "x"}, {"a": {"b.c": "x"}}, {"a.b": {"c": "x"}}, {"a": {"b": {"c": "x"}}}],
     [{"a": {"b": "x"}}, {"a.b.c.d": "x"}]),
    ("case of names", "s: {eventname: A}\n@", [{"eventname": "a"}], [{"eventName": "A"}]),
    ("derived", "s: {trailsift.actor.kind: root}\n@", [{"userIdentity": {"type": "Root", "accountId": "111122223333"}}],
     [{"userIdentity": {"type": "IAMUser", "userName": "root", "accountId": "111122223333"}}]),
    # Texts
    ("contains", f"s: {{{P}.n|contains: b*c}}\n@", [q(n="aBxCd"), q(n="bc")], [q(n="cb")]),
    ("startswith", f"s: {{{P}.n|startswith: ab}}\n@", [q(n="ABc"), q(n=["x", "ab"])], [q(n="xab")]),
    ("endswith", f"s: {{{P}.n|endswith: ab}}\n@", [q(n="cAB")], [q(n="abx")]),
    ("all", f"s: {{{P}.n|contains|all: [a, b]}}\n@", [q(n="ba"), q(n=["xa", "b"])], [q(n="a")]),
    ("cased", f"s: {{{P}.n|contains|cased: aB}}\n@", [q(n="xaBy")], [q(n="xaby")]),
    ("exists", f"s: {{{P}.n|exists: true}}\n@", [q(n=1), q(n=None), q(n=[]), q(n="")], [q(), {}, {P: None}]),
    ("exists not", f"s: {{{P}.n|exists: false}}\n@", [q(), {}], [q(n=None)]),
    ("re", f"s: {{{P}.n|re: 'a.c$'}}\n@", [q(n="xabc"), q(n="aüc")], [q(n="xaBC"), q(n="abcd"), q(n="a\nc")]),
    ("re|i", f"s: {{{P}.n|re|i: '^äc'}}\n@", [q(n="ÄCx")], [q(n="xäc")]),
    ("re|m", f"s: {{{P}.n|re|m: '^b$'}}\n@", [q(n="a\nb\nc")], [q(n="a\nB")]),
    ("re|s", f"s: {{{P}.n|re|s: 'a.b'}}\n@", [q(n="a\nb")], [q(n="ab")]),
    ("re|i|s", f"s: {{{P}.n|re|i|s: 'a.b'}}\n@", [q(n="A\nB")], [q(n="ab")]),
    ("neq", f"s: {{{P}.n|neq: [a, b]}}\n@", [q(n="c"), q()], [q(n="A"), q(n=["c", "b"])]),
    ("neq null", f"s: {{{P}.n|neq: null}}\n@", [q(n="")], [q(), q(n=None)]),
    ("windash", f"s: {{{P}.n|contains|windash: ' -a /b'}}\n@", [q(n="x -a /b"), q(n="x –A -b"), q(n="x /a ―b")], [q(n="x a /b"), q(n="x +a -b")]),
    ("base64", f"s: {{{P}.n|base64: 'ab'}}\n@", [q(n="YWI=")], [q(n="YWJj"), q(n="ab")]),
    ("base64offset", f"s: {{{P}.n|base64offset|contains: 'http://'}}\n@",
     [q(n="aHR0cDovLw=="), q(n="eGh0dHA6Ly95"), q(n="eHhodHRwOi8veQ==")], [q(n="aHR0cDov"), q(n="http://")]),
    ("utf16le", f"s: {{{P}.n|utf16le|base64: 'a😀'}}\n@", [q(n="YQA92ADe")], [q(n="YfCfmIA=")]),
    ("wide", f"s: {{{P}.n|wide|base64offset|contains: 'cmd'}}\n@", [q(n="YwBtAGQA"), q(n="eABjAG0AZAB5AA==")], [q(n="AGMAbQBk")]),
    ("wide alone", f"s: {{{P}.n|wide: 'ab'}}\n@", [q(n="a\0B\0")], [q(n="ab")]),
    ("utf16be", f"s: {{{P}.n|utf16be|base64: 'cmd'}}\n@", [q(n="AGMAbQBk")], [q(n="YwBtAGQA")]),
    ("utf16", f"s: {{{P}.n|utf16|base64: 'cmd'}}\n@", [q(n="//5jAG0AZAA=")], [q(n="YwBtAGQA")]),
    ("expand", f"s: {{{P}.n|expand: '\\%x%one%%two%'}}\n@", [q(n="%x1b"), q(n="%x2Bc"), q(n="%x1")], [q(n="x1"), q(n="%x3")]),
    ("expand behind contains", f"s: {{{P}.n|contains|expand: '<%one%>'}}\n@", [q(n="a<2>b")], [q(n="2")]),
    ("percent without expand", f"s: {{{P}.n: '%one%'}}\n@", [q(n="%one%")], [q(n="1")]),
    ("fieldref", f"s: {{{P}.n|fieldref: awsRegion}}\n@", [{"awsRegion": "x", **q(n="X")}, {"awsRegion": "x*", **q(n=["y", "x*"])}],
     [{"awsRegion": "x*", **q(n="xy")}, {"awsRegion": "x"}, q(n="x")]),
    ("fieldref|endswith", f"s: {{{P}.n|fieldref|endswith: awsRegion}}\n@", [{"awsRegion": "x", **q(n="aX")}], [{"awsRegion": "x", **q(n="xa")}]),
    ("fieldref|cased", f"s: {{{P}.n|fieldref|cased: awsRegion}}\n@", [{"awsRegion": "x", **q(n="x")}], [{"awsRegion": "x", **q(n="X")}]),
    ("fieldref|neq", f"s: {{{P}.n|fieldref|neq: awsRegion}}\n@", [{"awsRegion": "x", **q(n="y")}], [{"awsRegion": "x", **q(n="X")}]),
    # Numbers, addresses, dates
    ("gt", f"s: {{{P}.n|gt: 5}}\n@", [q(n=5.5), q(n="6"), q(n=9223372036854775807)], [q(n=5), q(n="x"), q(), q(n=True)]),
    ("gte", f"s: {{{P}.n|gte: 9007199254740993}}\n@", [q(n=9007199254740993)], [q(n=9007199254740992)]),
    ("lt", f"s: {{{P}.n|lt: -1}}\n@", [q(n=-2)], [q(n=-1), q()]),
    ("lte", f"s: {{{P}.n|lte: 1.5}}\n@", [q(n=1.5), q(n=[9, 1])], [q(n=1.6)]),
    ("cidr", f"s: {{{P}.n|cidr: [10.1.0.0/16, '2001:db8::/32']}}\n@", [q(n="10.1.2.3"), q(n="2001:DB8:0::1"), q(n="::ffff:10.1.0.1")],
     [q(n="10.2.0.1"), q(n="2001:db9::1"), q(n="10.1.x"), q(n="")]),
    ("cidr of all of v6", f"s: {{{P}.n|cidr: '::/0'}}\n@", [q(n="::1")], [q(n="10.1.2.3")]),
    ("cidr|expand", f"s: {{{P}.n|cidr|expand: '%nets%'}}\n@", [q(n="192.0.2.1")], [q(n="192.0.3.1")]),
    ("minute", "s: {eventTime|minute: 59}\n@", [{"eventTime": "2026-01-01T00:59:59Z"}], [{"eventTime": "2026-01-01T01:00:00Z"}]),
    ("hour|gte", "s: {eventTime|hour|gte: 22}\n@", [{"eventTime": "2026-01-01T22:00:00Z"}], [{"eventTime": "2026-01-01T21:59:59Z"}]),
    ("day", "s: {eventTime|day: [1, 31]}\n@", [{"eventTime": "2026-01-31T00:00:00Z"}], [{"eventTime": "2026-02-02T00:00:00Z"}]),
    ("week", "s: {eventTime|week: 53}\n@", [{"eventTime": "2027-01-03T23:59:59Z"}, {"eventTime": "2026-12-28T00:00:00Z"}],
     [{"eventTime": "2027-01-04T00:00:00Z"}, {"eventTime": "2026-12-27T23:59:59Z"}]),
    ("month", "s: {eventTime|month|lt: 2}\n@", [{"eventTime": "2026-01-31T23:59:59Z"}], [{"eventTime": "2026-02-01T00:00:00Z"}]),
    ("year|neq", "s: {eventTime|year|neq: 2026}\n@", [{"eventTime": "2025-12-31T23:59:59Z"}], [{"eventTime": "2026-01-01T00:00:00Z"}]),
    # Keywords
    ("keywords", "s: [needle, 'x y']\n@", [q(a=[{"b": "a NEEDLE"}]), q(x="1x y2"), q(needle=1)], [q(a="needl"), q(a="x  y")]),
    ("keyword alone", "s: needle\n@", [q(a="needle")], [q(a="noodle")]),
    ("keywords all", "s: {'|all': [needle, thread]}\n@", [q(a="needle", b="thread")], [q(a="needle")]),
    ("keyword with quotes", "s: ['\"Effect\":\"Allow\"']\n@", [q(a='{"Effect":"Allow"}'), q(Effect="Allow")], [q(Effect="Deny")]),
    ("keyword number", "s: [4711]\n@", [q(a=4711), q(a="x47115")], [q(a=4712)]),
    ("keyword re", "s: {'|re': 'ne{2}dle$'}\n@", [q(a="a needle")], [q(a="needles")]),
    ("maps and keywords", "s: [{eventName: A}, needle]\n@", [{"eventName": "A"}, q(a="needle")], [{"eventName": "B"}]),
    # Conditions
    ("and or not", "a: {eventName: A}\nb: {awsRegion: x}\nc: {errorCode: E}\ncondition: not a and b or c",
     [{"awsRegion": "x"}, {"eventName": "A", "errorCode": "E"}], [{"eventName": "A", "awsRegion": "x"}, {}]),
    ("parentheses", "a: {eventName: A}\nb: {awsRegion: x}\nc: {errorCode: E}\ncondition: not (a and (b or c))",
     [{"awsRegion": "x"}, {"eventName": "A"}], [{"eventName": "A", "errorCode": "E"}]),
    ("1 of pattern", "sel_a: {eventName: A}\nsel_b: {awsRegion: x}\n_sel_c: {errorCode: E}\ncondition: 1 of sel_* or 1 of *_b",
     [{"eventName": "A"}, {"awsRegion": "x"}], [{"errorCode": "E"}]),
    ("all of them", "a: {eventName: A}\nb: {awsRegion: x}\n_c: {errorCode: E}\ncondition: all of them",
     [{"eventName": "A", "awsRegion": "x"}], [{"eventName": "A", "errorCode": "E"}]),
    ("all of underscores", "_a: {eventName: A}\n_b: {awsRegion: x}\ncondition: all of _*", [{"eventName": "A", "awsRegion": "x"}], [{"eventName": "A"}]),
    ("not 1 of", "a: {eventName: A}\nf_1: {awsRegion: x}\nf_2: {errorCode: E}\ncondition: a and not 1 of f_*",
     [{"eventName": "A"}], [{"eventName": "A", "errorCode": "E"}]),
    ("list of conditions", "a: {eventName: A}\nb: {awsRegion: x}\ncondition: [a, b]", [{"eventName": "A"}, {"awsRegion": "x"}], [{}]),
]

HEAD = "title: t\nlogsource: {product: aws, service: cloudtrail}\n"
RULE = HEAD + "detection: {s: {eventName: A}, condition: s}\n"


def item(text):
    return HEAD + "detection:\n  s:\n    " + text + "\n  condition: s\n"


def condition(text):
    return HEAD + "detection: {s: {a: b}, t: {c: d}, condition: " + text + "}\n"


REFUSED = [
    ("empty", "# nothing\n", "r.yml: error: the file holds no rule"),
    ("broken", RULE + "level: [\n", "r.yml:5:1: error: broken YAML"),
    ("key twice", RULE + "title: u\n", "r.yml:4:1: error: broken YAML: `title` stands twice in this map"),
    ("no map", "- a\n", "r.yml:1:1: error: a Sigma document must be a map"),
    ("no kind", "title: t\n", "neither `detection` nor `correlation` nor `filter`"),
    ("old global", "action: global\n" + RULE, "r.yml:1:9: error: `action` is of Sigma before 1.0"),
    ("no title", RULE.replace("title: t\n", ""), "the rule has no title"),
    ("id", RULE + "id: 12\n", "r.yml:4:5: error: `id` must be a UUID"),
    ("level", RULE + "level: severe\n", "`severe` is no level"),
    ("status", RULE + "status: beta\n", "`beta` is no status"),
    ("date", RULE + "date: 2026-02-30\n", "`date` is no date"),
    ("tags", RULE + "tags: attack.t1078\n", "`tags` must be a list"),
    ("tag", RULE + "tags: [nothing]\n", "a tag must be `namespace.name`"),
    ("references", RULE + "references: x\n", "`references` must be a list"),
    ("related", RULE + "related: [{id: 929a690e-bef0-4204-a928-ef5e620d6fcc, type: cousin}]\n", "`cousin` is no type of `related`"),
    ("taxonomy", RULE + "taxonomy: ecs\n", "the taxonomy `ecs` is not known here"),
    ("no logsource", "title: t\ndetection: {s: {a: b}, condition: s}\n", "the rule has no `logsource`"),
    ("logsource", "title: t\nlogsource: aws\ndetection: {s: {a: b}, condition: s}\n", "`logsource` must be a map"),
    ("detection", HEAD + "detection: [a]\n", "`detection` must be a map"),
    ("no condition", HEAD + "detection: {s: {a: b}}\n", "`detection` has no `condition`"),
    ("no search", HEAD + "detection: {condition: s}\n", "`detection` has no search"),
    ("empty search", HEAD + "detection: {s: [], condition: s}\n", "the search `s` is empty"),
    ("two ids", RULE + "---\n" + RULE, "r.yml:5:1: error: the title is that of another rule, at r.yml:1"),
    ("empty condition", condition("''"), "the condition is empty"),
    ("number as condition", condition("1"), "the condition must be a text"),
    ("dangling", condition("s and"), "the condition ends where a search is missing"),
    ("no operator", condition("s t"), "`t` follows in the condition without an operator"),
    ("capitals", condition("s AND t"), "operators are written in lower case"),
    ("aggregation", condition("'s | count() > 5'"), "the old aggregation behind `|`"),
    ("unknown name", condition("s or tt"), "the condition names `tt`, which `detection` lacks (did you mean t?)"),
    ("open", condition("(s or t"), "a `(` in the condition that nothing closes"),
    ("close", condition("s or t)"), "a `)` in the condition that nothing opens"),
    ("two of", condition("2 of s*"), "Sigma knows `1 of` and `all of`"),
    ("of nothing", condition("1 of x*"), "`of x*` in the condition meets no search"),
    ("pattern without of", condition("s*"), "write `1 of s*` or `all of s*`"),
    ("deep", condition("(" * 60 + "s" + ")" * 60), "nested deeper than 50 levels"),
    ("modifier", item("a|containz: b"), "r.yml:5:5: error: `a|containz`: Sigma has no modifier `containz` (did you mean contains?)"),
    ("empty modifier", item("'a|': b"), "an empty modifier"),
    ("two places", item("a|contains|endswith: b"), "`endswith` can't stand behind `contains`"),
    ("contains of a number", item("a|gt|contains: 5"), "`contains` can't stand behind `gt`"),
    ("encoded signs", item("a|contains|base64: b"), "`base64` can't stand behind `contains`"),
    ("flag", item("a|i: b"), "`i` must stand behind `re`"),
    ("re", item("a|re: 'b(c'"), "the regular expression is not valid"),
    ("exists", item("a|exists: maybe"), "`exists` needs true or false"),
    ("cidr", item("a|cidr: example.org/8"), "`cidr` needs a network"),
    ("cidr v6", item("a|cidr: '2001:db8::/129'"), "`cidr` needs a network"),
    ("gt", item("a|gt: b"), "`b` is compared as a number, but is none"),
    ("gt of a text", item("a|gt: '5'"), "`5` is compared as a number, but is none"),
    ("hour", item("a|hour: 24"), "write a number from 0 to 23"),
    ("all of one", item("a|contains|all: b"), "`all` with a single value"),
    ("all of a list of one", item("a|contains|all: [b]"), "`all` with a single value"),
    ("null in a list", item("a: [b, null]"), "null in a list of values"),
    ("null contained", item("a|contains: null"), "null with a modifier"),
    ("map as value", item("a: {b: c}"), "the value of `a` is a map"),
    ("no value", item("a: []"), "no value for `a`"),
    ("placeholder", item("a|expand: '%b%'"), "the placeholder %b% has no values (name them with --sigma-placeholder b=a,b)"),
    ("wildcard encoded", item("a|base64: 'b*'"), "wildcards can't be encoded"),
    ("bytes", item("a|utf16: b"), "no text can hold these bytes of UTF-16"),
    ("keyword at the start", item("'|startswith': [b, c]"), "names no field"),
]
