"""The fixed words of a rendered endpoint page, in English, Chinese and Japanese: the site's own, never an author's."""

from __future__ import annotations

import re

SECTIONS: dict[str, str] = {
    name: kind
    for kind, names in {
        "auth": ("Authorizations", "Authorization", "授权", "认证", "鉴权", "身份验证", "授權", "認証", "承認"),
        "header": ("Headers", "Header Parameters", "请求头", "请求头参数", "标头", "請求標頭", "ヘッダー"),
        "path": ("Path Parameters", "路径参数", "路徑參數", "パスパラメータ", "パスパラメーター"),
        "query": ("Query Parameters", "查询参数", "查詢參數", "クエリパラメータ", "クエリパラメーター"),
        "cookie": ("Cookies", "Cookie Parameters", "Cookie 参数", "Cookie参数", "クッキー"),
        "body": ("Body", "Request Body", "请求体", "请求主体", "請求主體", "リクエストボディ", "ボディ"),
        "response": ("Response", "Responses", "响应", "返回", "返回响应", "回應", "レスポンス", "応答"),
    }.items()
    for name in names
}
BADGES: dict[str, str] = {
    word: badge
    for badge, words in {
        "required": ("required", "必填", "必需", "必须", "必須"),
        "deprecated": ("deprecated", "已弃用", "已废弃", "非推奨"),
        "read-only": ("read-only", "readonly", "只读", "読み取り専用"),
        "write-only": ("write-only", "writeonly", "只写", "書き込み専用"),
    }.items()
    for word in words
}
PLACES = ("header", "query", "cookie")
DEFAULT = r"(?:default|默认值?|預設值?|デフォルト値?)\s*[:：]"
LABELS: dict[str, str] = {
    word: kind
    for kind, words in {
        "options": ("available options", "allowed values", "可用选项", "可选值", "利用可能なオプション"),
        "const": ("allowed value", "允许值", "允许的值"),
        "range": ("required range", "必填范围", "必需范围", "所需范围", "取值范围", "必須範囲"),
        "length": ("required string length", "required length", "所需字符串长度", "必填字符串长度", "必需字符串长度"),
        "min": ("minimum length", "minimum string length", "最小长度", "最小字符串长度"),
        "max": ("maximum length", "maximum string length", "最大长度", "最大字符串长度"),
        "items": ("required array length", "所需数组长度", "必填数组长度", "必需数组长度"),
        "min-items": ("minimum array length", "最小数组长度"),
        "max-items": ("maximum array length", "最大数组长度"),
        "pattern": ("pattern", "模式", "パターン"),
        "multiple": ("must be a multiple of", "必须是以下数的倍数"),
        "example": ("example", "examples", "示例", "例"),
    }.items()
    for word in words
}
_SHOWN = "Show child attributes|显示子属性|顯示子屬性|子属性を表示|Show properties|Show attributes"
_HIDDEN = "Hide child attributes|隐藏子属性|隱藏子屬性|子属性を隠す|Hide properties|Hide attributes"
SHOW = re.compile(rf"(?:{_SHOWN})\Z")
HIDE = re.compile(rf"(?:{_HIDDEN})\Z")
OPTION_TAB = re.compile(r"(?:Option|选项|オプション)\s?\d{1,3}(?: · .{1,80})?\Z")
STATUS = re.compile(r"(?:[1-5]\d\d|[1-5][xX]{2}|default)\Z")
MEDIA_TYPE = re.compile(
    r"(?:(?:application|text|image|audio|video|multipart|font|model)/[\w.+*-]{1,80}|\*/\*)(?:;\s?[\w=\"-]{1,40})?\Z"
)
STATUS_AND_MEDIA = re.compile(r"([1-5]\d\d|[1-5][xX]{2}|default)\s+[-–—·]\s+(\S.*)\Z")
REQUEST_URL_INVALID = re.compile(r"A valid request URL is required to generate request example|需要有效的请求\s?URL")
# "The response is of type `object`." is what the site prints for a body that has no name of its own.
ROOT_TYPE = re.compile(
    r"(?:The (?:response|body|request body) is of type|(?:响应|请求体)的?类型[为是])\s*`?([^`]{1,200}?)`?[.。]?\Z"
)

_CHROME = frozenset(
    word
    for words in (
        ("Skip to main content", "Documentation Index", "Navigation", "On this page", "Search...", "Error", "---", "+"),
        ("cURL", "Python", "JavaScript", "Node.js", "PHP", "Go", "Java", "Ruby", "C#", "TypeScript"),
        ("Copy", "Copy page", "Copied", "Ask AI", "Try it", "Try It", "Send", "Suggest edits", "Raise issue"),
        ("Previous", "Next", "Was this page helpful?", "Yes", "No", "⌘I", "⌘K", "[]"),
        ("跳转到主要内容", "跳至主要内容", "文档索引", "复制", "复制页面", "尝试", "试一试", "试试看", "搜索..."),
        ("此页面对您有帮助吗？", "这个页面有帮助吗？", "是", "否", "建议编辑", "提出问题", "上一页", "下一页"),
        ("コピー", "ページをコピー", "試してみる", "メインコンテンツへスキップ"),
    )
    for word in words
)
ENDS = frozenset(
    {"Was this page helpful?", "此页面对您有帮助吗？", "这个页面有帮助吗？", "このページは役に立ちましたか？"}
)
"""What a site asks below its page; all that follows is the site's."""
_CHROME_START = (
    "Fetch the complete documentation index at",
    "Use this file to discover all available pages",
    "To find navigation and other pages in this documentation",
    "Built with [Mintlify]",
    "[Powered by",
    "Powered by",
    "A valid request URL is required",
    "本文由",
)
_LINKS_ONLY = re.compile(r"(?:\[[^\[\]]*\]\([^()\s]*\)\s*)+\Z")


def is_chrome(text: str) -> bool:
    """Whether a line belongs to the site around the page: navigation, buttons, notices to robots."""
    return text in _CHROME or text.startswith(_CHROME_START)


def is_trailer(text: str) -> bool:
    """Whether a line can end a page without saying anything: chrome, or nothing but links to other pages."""
    return is_chrome(text) or _LINKS_ONLY.match(text) is not None
