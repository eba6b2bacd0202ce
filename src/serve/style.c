/*
 * style: the status page's one style sheet: system fonts, light and dark, from 320 pixels on. An exercise node has
 * other colours.
 */
#include "serve/internal.h"

const char page_style[] =
	":root{color-scheme:light "
	"dark;--paper:#fbfaf7;--ink:#1d2226;--soft:#5b646b;--line:#d9d6cd;--card:#fff;--mark:#0b5d57;--bad:#9d1c1c;--"
	"badpaper:#fbe9e7;--good:#1d6b34;--wait:#8a5a00}\n"
	".exercise{--paper:#fff8e6;--card:#fffdf5;--line:#e6cf95;--mark:#8a4b00}\n"
	"@media(prefers-color-scheme:dark){:root{--paper:#14181b;--ink:#e6e8e9;--soft:#9aa5ac;--line:#31393f;--card:#"
	"1b2125;--mark:#5cc2b8;--bad:#ff9a8f;--badpaper:#3a1d1b;--good:#7fd197;--wait:#e7b65a}\n"
	".exercise{--paper:#241b08;--card:#2c2210;--line:#5c4718;--mark:#f0b24f}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\n"
	".wrap{max-width:66rem;margin:0 auto;padding:1rem}\n"
	".banner{background:var(--mark);color:var(--paper);text-align:center;padding:.4rem "
	"1rem;font-weight:700;letter-spacing:.06em}\n"
	"header{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;border-bottom:2px solid "
	"var(--mark);padding-bottom:.6rem}\n"
	"h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}\n"
	"h2{font-size:1.05rem;margin:2rem 0 .5rem;color:var(--mark)}\n"
	"header p{margin:0;color:var(--soft)}\n"
	"p{margin:.4rem 0}\n"
	".soft{color:var(--soft)}\n"
	".good{color:var(--good)}\n"
	".bad{color:var(--bad)}\n"
	".wait{color:var(--wait)}\n"
	"ul{margin:0;padding-left:1.2rem}\n"
	".alarms{list-style:none;padding:0}\n"
	".alarms li{background:var(--badpaper);color:var(--bad);border-left:4px solid var(--bad);padding:.5rem "
	".8rem;margin:.4rem 0;overflow-wrap:anywhere}\n"
	".rows{display:grid;gap:.6rem}\n"
	".row{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem}\n"
	".row p{margin:.1rem 0;overflow-wrap:anywhere}\n"
	".row .name{font-weight:600}\n"
	"dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.2rem 1rem;margin:0}\n"
	"dt{color:var(--soft)}\n"
	"dd{margin:0;overflow-wrap:anywhere}\n"
	"code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}\n"
	".scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.4rem;background:var(--card)}\n"
	"table{border-collapse:collapse;width:100%;font-size:.92rem}\n"
	"th,td{text-align:left;padding:.4rem .7rem;border-bottom:1px solid var(--line);white-space:nowrap}\n"
	"th{color:var(--soft);font-weight:500}\n"
	"tr:last-child td{border-bottom:0}\n"
	"footer{margin:2rem 0 1rem;color:var(--soft);font-size:.92rem;border-top:1px solid "
	"var(--line);padding-top:.8rem}\n"
	"@media(min-width:45rem){.rows{grid-template-columns:1fr 1fr}}\n";

enum tocsin_err op_style(struct serve *s, struct asked *q)
{
	(void)s;
	buf_add_str(&q->out, page_style);
	q->type = "text/css; charset=utf-8";
	return TOCSIN_OK;
}
