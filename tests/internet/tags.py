"""Counters, widgets and ownership tokens as their vendors' instructions put them into a page's head."""

from __future__ import annotations

METRIKA = """<script>
(function(m,e,t,r,i,k,a){m[i]=m[i]||function(){(m[i].a=m[i].a||[]).push(arguments)};
k=e.createElement(t),a=e.getElementsByTagName(t)[0],k.async=1,k.src=r,a.parentNode.insertBefore(k,a)})
(window, document, "script", "https://mc.yandex.ru/metrika/tag.js", "ym");
ym(%s, "init", { clickmap:true, trackLinks:true });
</script>
<noscript><img src="https://mc.yandex.ru/watch/%s" alt=""></noscript>"""

GTM = """<script>(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':new Date().getTime(),
event:'gtm.js'});var f=d.getElementsByTagName(s)[0],j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';
j.async=true;j.src='https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);
})(window,document,'script','dataLayer','%s');</script>"""

GA4 = """<script async src="https://www.googletagmanager.com/gtag/js?id=%s"></script>
<script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);}
gtag('js', new Date()); gtag('config', '%s');</script>"""

VK = """<script>!function(){var t=document.createElement("script");t.async=!0,
t.src="https://vk.com/js/api/openapi.js?169",
t.onload=function(){VK.Retargeting.Init("%s"),VK.Retargeting.Hit()},document.head.appendChild(t)}();
</script><noscript><img src="https://vk.com/rtrg?p=%s" alt=""></noscript>"""

TOPMAIL = """<script>var _tmr = window._tmr || (window._tmr = []);
_tmr.push({id: "%s", type: "pageView", start: (new Date()).getTime()});
(function (d, w, id) {if (d.getElementById(id)) return; var ts = d.createElement("script");
ts.async = true; ts.id = id; ts.src = "https://top-fwz1.mail.ru/js/code.js";
d.head.appendChild(ts);})(document, window, "tmr-code");</script>
<noscript><img src="https://top-fwz1.mail.ru/counter?id=%s;js=na" alt=""></noscript>"""

ROISTAT = """<script>(function(w, d, s, h, id) {w.roistatProjectId = id; w.roistatHost = h;
var p = d.location.protocol == "https:" ? "https://" : "http://";
var u = "/api/site/1.0/" + id + "/init"; var js = d.createElement(s); js.async = 1;
js.src = p + h + u; var js2 = d.getElementsByTagName(s)[0]; js2.parentNode.insertBefore(js, js2);
})(window, document, 'script', 'cloud.roistat.com', '%s');</script>"""

JIVO = """<script src="//code.jivo.ru/widget/%s" async></script>"""

BITRIX24 = """<script>(function(w,d,u){var s=d.createElement('script');s.async=true;
s.src=u+'?'+(Date.now()/60000|0);
var h=d.getElementsByTagName('script')[0];h.parentNode.insertBefore(s,h);
})(window,document,'https://cdn-ru.bitrix24.ru/%s/crm/site_button/loader_2_k3v9qd.js');</script>"""

AMOCRM = """<script>!function(a,m,o,c,r,m){a[o+c]=a[o+c]||{setMeta:function(p){this.params=
(this.params||[]).concat([p])}},a[o+r]=a[o+r]||function(f){a[o+r].f=(a[o+r].f||[]).concat([f])},
a[o+r]({id:"%s",hash:"a1b2c3d4e5f60718293a4b5c6d7e8f90",locale:"ru"})}
(window,0,"amo_forms_","params","load","loaded");</script>
<script id="amoforms_script_%s" async src="https://forms.amocrm.ru/forms/assets/js/amoforms.js"></script>"""

CALLTOUCH = """<script>(function(w,d,n,c){w.CalltouchDataObject=n;w[n]=function(){
w[n]["callbacks"].push(arguments)};if(!w[n]["callbacks"]){w[n]["callbacks"]=[]}
var s=d.createElement("script"),a=d.getElementsByTagName("script")[0];
s.async=true;s.src="https://mod.calltouch.ru/init.js?id="+c;a.parentNode.insertBefore(s,a)
})(window,document,"ct","%s");</script>"""

SNIPPETS = {
    "metrika": METRIKA,
    "gtm": GTM,
    "ga4": GA4,
    "vk": VK,
    "topmail": TOPMAIL,
    "roistat": ROISTAT,
    "jivo": JIVO,
    "bitrix24": BITRIX24,
    "amocrm": AMOCRM,
    "calltouch": CALLTOUCH,
    "yandex_verification": '<meta name="yandex-verification" content="%s">',
    "google_verification": '<meta name="google-site-verification" content="%s">',
}


def snippet(kind: str, number: str) -> str:
    """The piece of HTML that puts a counter or token of that kind into a page."""
    return SNIPPETS[kind].replace("%s", number)
