/** Style of the API reference; light and dark, readable on a phone. */
export const docsStyle = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--link:#06c}
@media(prefers-color-scheme:dark){:root{--link:#6bf}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.55 system-ui,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR",sans-serif;display:grid;grid-template-columns:minmax(11rem,16rem) minmax(0,60rem);gap:0 2rem;padding:0 1.5rem}
header{grid-column:1/-1;border-bottom:1px solid var(--line)}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;font-size:.9rem;padding-bottom:2rem}
nav ul{list-style:none;margin:0;padding:0}
nav h2{font-size:1rem;margin:1.2rem 0 .2rem}
a{color:var(--link);text-decoration:none}
a:hover,a:focus{text-decoration:underline}
section{border-top:1px solid var(--line);padding:.5rem 0 1rem}
h3{margin:.6rem 0}
h4{margin:1rem 0 .3rem}
code,pre{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.88em}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.7rem;overflow:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid var(--line);padding:.3rem .6rem .3rem 0;overflow-wrap:anywhere}
.method{display:inline-block;min-width:3.6rem;text-align:center;border-radius:4px;padding:.05rem .4rem;font-size:.8rem;color:#fff;background:#567}
.get{background:#276}.post{background:#259}
.key{font-size:.9rem}
@media(max-width:50rem){body{display:block}nav{position:static;max-height:none}}
`;
