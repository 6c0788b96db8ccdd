"""Fill what was posted into the same form of a page that was rendered anew."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import escape

# Fresh values count for hidden fields; passwords and files are never sent back.
LEFT_ALONE = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})

Attributes = dict[str, str | None]
# A piece of the page's source: where it begins and ends, and what is to stand there.
Edit = tuple[int, int, str]


class _Element:
    """An element, with the place of its start tag and of its content in the source."""

    def __init__(self, tag: str, attributes: Attributes, start: int, end: int) -> None:
        self.tag, self.attributes = tag, attributes
        self.start = start
        self.end = self.content_end = end
        self.options: list[_Element] = []

    @property
    def name(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def type(self) -> str:
        return (self.attributes.get("type") or "text").lower()

    def with_flag(self, flag: str, *, on: bool) -> Edit:
        """Set or drop a boolean attribute."""
        attributes = {name: value for name, value in self.attributes.items() if name != flag}
        return self.start, self.end, self._start_tag(attributes | ({flag: None} if on else {}))

    def with_value(self, value: str) -> Edit:
        """Put in `value` as the control's text."""
        if self.tag == "textarea":
            # HTML drops one line break at the beginning.
            return self.end, self.content_end, f"\n{escape(value)}"
        return self.start, self.end, self._start_tag({**self.attributes, "value": value})

    def _start_tag(self, attributes: Attributes) -> str:
        flat = {name: True if value is None else value for name, value in attributes.items()}
        return f"<{self.tag}{flatatt(flat)}>"


class _Form:
    """A form that posts to the paths `targets`."""

    def __init__(self, targets: set[str]) -> None:
        self.targets = targets
        self.controls: list[_Element] = []
        self.folded: list[_Element] = []  # the details elements around it

    def fits(self, path: str, posted: QueryDict) -> int:
        """Return how much of `posted` the form has; 0 if it posts elsewhere.

        Hidden values count, too: they tell apart forms that post to one path.
        """
        if path not in self.targets:
            return 0
        names = {control.name for control in self.controls} & set(posted)
        hidden = [each for each in self.controls if each.type == "hidden" and each.name in names]
        same = [
            each for each in hidden if each.attributes.get("value") in posted.getlist(each.name)
        ]
        return 1 + len(names) + len(same)


class _FormReader(HTMLParser):
    """Reads the forms of the page at the URL `path`, with the controls that belong to each."""

    def __init__(self, source: str, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[_Form] = []
        self._by_id: dict[str, _Form] = {}
        self._elsewhere: list[tuple[str, _Element]] = []  # controls with the id of their form
        self._form: _Form | None = None
        self._open: dict[str, _Element] = {}  # by tag
        self._folded: list[_Element] = []
        self.top = 0  # where the page's main part begins
        self._lines = [0]
        for line in source.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(source)
        self.close()
        for form_id, control in self._elsewhere:
            if form := self._by_id.get(form_id):
                self._add(form, control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._place()
        element = _Element(tag, dict(attrs), start, start + len(self.get_starttag_text() or ""))
        match tag:
            case "main":
                self.top = element.end
            case "details":
                self._folded.append(element)
            case "form":
                self._form = self._begin_form(element.attributes)
            case "option":
                if select := self._open.get("select"):
                    select.options.append(element)
            case "input" | "textarea" | "select" | "button":
                self._open[tag] = element
                self._assign(element)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "details" and self._folded:
            self._folded.pop()
        if control := self._open.pop(tag, None):
            control.content_end = self._place()

    def _begin_form(self, attributes: Attributes) -> _Form:
        is_post = (attributes.get("method") or "").lower() == "post"
        form = _Form({self._target(attributes.get("action"))} if is_post else set())
        form.folded += self._folded
        self.forms.append(form)
        self._by_id[attributes.get("id") or ""] = form
        return form

    def _assign(self, control: _Element) -> None:
        if form_id := control.attributes.get("form"):
            self._elsewhere.append((form_id, control))
        elif self._form:
            self._add(self._form, control)

    def _add(self, form: _Form, control: _Element) -> None:
        if control.tag == "button":
            if target := control.attributes.get("formaction"):
                form.targets.add(self._target(target))
        else:
            form.controls.append(control)

    def _target(self, action: str | None) -> str:
        return unquote(urlsplit(urljoin(self.path, (action or "").strip())).path)

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def refill(source: str, page: str, target: str, posted: QueryDict, notice: str) -> str | None:
    """Return the HTML `source` of the page with the path `page`, its form filled with `posted`.

    Of the forms that post to the path `target`, the one with most of the posted fields is filled.
    `notice`, in HTML, is put on top of the page. None if there is no such form.
    """
    reader = _FormReader(source, page)
    form = max(reader.forms, key=lambda each: each.fits(target, posted), default=None)
    if form is None or not form.fits(target, posted):
        return None
    left = {name: list(values) for name, values in posted.lists()}
    edits = [edit for control in form.controls for edit in _edits(control, left)]
    edits += [folded.with_flag("open", on=True) for folded in form.folded]
    edits.append((reader.top, reader.top, notice))
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def _edits(control: _Element, left: dict[str, list[str]]) -> Iterator[Edit]:
    """Yield the changes to one control; takes texts out of `left`, for fields of one name."""
    values = left.get(control.name, [])
    if control.tag == "select":
        if values:
            for option in control.options:
                yield option.with_flag("selected", on=option.attributes.get("value") in values)
    elif control.tag == "input" and control.type in {"checkbox", "radio"}:
        value = control.attributes.get("value")
        yield control.with_flag("checked", on=("on" if value is None else value) in values)
    elif values and (control.tag == "textarea" or control.type not in LEFT_ALONE):
        yield control.with_value(values.pop(0))
