"""The way in: which organisation, an invitation, the language."""

from __future__ import annotations

from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from qinglian.core.text import LANGUAGES, text
from qinglian.hall.books import add_organisation
from qinglian.hall.languages import COOKIE
from qinglian.hall.pages.fields import Labelled
from qinglian.hall.people.desk import actor_of
from qinglian.hall.people.events import record
from qinglian.hall.people.models import Invitation, Membership, Organisation, User
from qinglian.hall.people.roles import Role

YEAR = 365 * 24 * 3600


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the person's organisations; go straight in where there is one."""
    memberships = [m for m in request.user.memberships.select_related("organisation") if m.is_current]  # type: ignore[union-attr]
    if len(memberships) == 1 and not request.user.is_superuser:
        return redirect("overview", memberships[0].organisation.slug)
    form = OrganisationForm(request.POST or None) if request.user.is_superuser else None
    if request.method == "POST" and form is not None and form.is_valid():
        made = found_organisation(request.user, **form.cleaned_data)
        record("organisation founded", request=request, organisation=made)
        return redirect("overview", made.slug)
    return render(request, "hall/home.html", {"memberships": memberships, "form": form})


class OrganisationForm(Labelled):
    """A new organisation with its own book."""

    name = forms.CharField(max_length=200)
    slug = forms.SlugField(max_length=60, required=False)
    fiscal_start = forms.IntegerField(min_value=1, max_value=12, initial=1)
    single_user = forms.BooleanField(required=False)

    def clean(self) -> dict[str, object]:
        """Make the short name from the name where none is given; refuse one that is taken."""
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        slug = cleaned.get("slug") or slugify(str(cleaned.get("name", ""))) or "org"
        if Organisation.objects.filter(slug=slug).exists():
            self.add_error("slug", text("hall.slug_taken"))
        return {**cleaned, "slug": slug}


def found_organisation(
    user: object, *, name: str, slug: str, fiscal_start: int, single_user: bool
) -> Organisation:
    """Create an organisation; whoever founds it administers it."""
    from qinglian.core.period import FiscalCalendar

    made = add_organisation(
        slug, name, calendar=FiscalCalendar(fiscal_start), single_user=single_user, actor=actor_of(user)
    )
    Membership.objects.create(user=user, organisation=made, role=Role.ADMINISTRATOR.value)
    return made


class JoinForm(Labelled):
    """Login and password of a new account."""

    username = forms.CharField(max_length=150, min_length=3)
    full_name = forms.CharField(max_length=150, required=False)
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    again = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean_username(self) -> str:
        """Refuse a name that is taken or that Django would not take."""
        name = str(self.cleaned_data["username"])
        User.username_validator(name)
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(text("hall.login_taken"))
        return name

    def clean(self) -> dict[str, object]:
        """Refuse a weak password, or two that differ."""
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        one, two = cleaned.get("password"), cleaned.get("again")
        if one and two and one != two:
            self.add_error("again", text("hall.passwords_differ"))
        elif one:
            try:
                validate_password(str(one), User(username=str(cleaned.get("username", ""))))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take an invitation: make an account and sign in, or give an account that is signed in the role."""
    invitation = Invitation.open_for(token)
    if invitation is None:
        raise Http404
    if request.user.is_authenticated:
        return _join_signed_in(request, invitation)
    form = JoinForm(request.POST or None, initial={"username": invitation.login})
    if request.method == "POST" and form.is_valid():
        user = _accept(invitation, form)
        if user is None:
            raise Http404
        record("invitation taken", request=request, user=user, organisation=invitation.organisation)
        login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect("home")
    return render(request, "hall/join.html", {"form": form, "invitation": invitation})


def _accept(invitation: Invitation, form: JoinForm) -> User | None:
    """Make the account and use the invitation up: both or neither, and once."""
    with transaction.atomic():
        used = Invitation.objects.filter(id=invitation.id, used_at=None).update(used_at=timezone.now())
        if not used:
            return None
        user = User.objects.create_user(form.cleaned_data["username"], password=form.cleaned_data["password"])
        user.first_name = form.cleaned_data["full_name"]
        user.is_superuser = user.is_staff = invitation.is_platform
        user.save()
        _enrol(user, invitation)
    return user


def _join_signed_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "hall/join.html", {"form": None, "invitation": invitation})
    with transaction.atomic():
        if Invitation.objects.filter(id=invitation.id, used_at=None).update(used_at=timezone.now()):
            _enrol(request.user, invitation)
    record("invitation taken", request=request, organisation=invitation.organisation)
    return redirect("home")


def _enrol(user: object, invitation: Invitation) -> None:
    given = {"role": invitation.role, "sites": invitation.sites}
    organisations = (
        [invitation.organisation]
        if invitation.organisation is not None
        else list(Organisation.objects.all())
        if invitation.is_platform
        else []
    )
    for organisation in organisations:
        Membership.objects.update_or_create(user=user, organisation=organisation, defaults=given)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the reader's language, in the account or in a cookie."""
    name = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("home")
    response = redirect(target)
    if name in LANGUAGES:
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=name)
        response.set_cookie(
            COOKIE, name, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response


def healthy(request: HttpRequest) -> HttpResponse:
    """Answer a load balancer."""
    Organisation.objects.exists()
    return HttpResponse("ok", content_type="text/plain")
