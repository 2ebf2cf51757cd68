import json
from datetime import timedelta

import pytest

from tests.hall.conftest import ALL_ROLES

PHRASE = "a long enough phrase 9"


def link_of(answer):
    import re

    return re.search(r"/join/[\w-]+/", answer.content.decode())[0]


def account(login, **more):
    return {"username": login, "full_name": "Zhao Min", "password": PHRASE, "again": PHRASE, **more}


def test_an_invitation_gives_the_role_once(admin, organisation, visit, at, person):
    from qinglian.hall.people.models import Membership, User

    link = link_of(visit(admin).post(at("members/"), {"role": "data_owner", "sites": "HEF, SZX"}))
    guest = visit()
    assert guest.get(link).status_code == 200
    login = f"zhao.{organisation.slug}"
    assert guest.post(link, account(login)).status_code == 302
    made = Membership.objects.get(user=User.objects.get(username=login))
    assert (made.organisation, made.role, made.sites) == (organisation, "data_owner", ["HEF", "SZX"])
    assert guest.get(at()).status_code == 200, "and is signed in"
    assert visit().get(link).status_code == 404
    assert visit().post(link, account("another")).status_code == 404


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"again": "another phrase 88"}, "differ"),
        ({"password": "short1", "again": "short1"}, "12 characters"),
        ({"password": "123456789012345", "again": "123456789012345"}, "numeric"),
        ({"username": "a"}, "3 characters"),
        ({"username": "no spaces allowed"}, "valid username"),
    ],
)
def test_a_weak_account_is_refused_and_the_link_still_works(change, word, admin, visit, at):
    link = link_of(visit(admin).post(at("members/"), {"role": "reader"}))
    answer = visit().post(link, account("weak.account", **change))
    assert answer.status_code == 200
    assert word in answer.content.decode()
    assert visit().get(link).status_code == 200


def test_a_login_that_is_taken_is_refused(admin, visit, at):
    link = link_of(visit(admin).post(at("members/"), {"role": "reader"}))
    assert "taken" in visit().post(link, account(admin.username.upper())).content.decode()


def test_an_invitation_ends_after_a_week(admin, visit, at, organisation):
    from django.utils import timezone

    from qinglian.hall.people.models import Invitation

    link = link_of(visit(admin).post(at("members/"), {"role": "reader"}))
    Invitation.objects.filter(organisation=organisation).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert visit().get(link).status_code == 404


def test_only_an_administrator_invites(organisation, person, visit, at):
    for role in ALL_ROLES[1:]:
        assert (
            visit(person(role, organisation)).post(at("members/"), {"role": "administrator"}).status_code
            == 403
        )


def test_nobody_signs_up_by_themselves(visit):
    answer = visit().post(
        "/accounts/signup/", {"username": "thief", "password1": PHRASE, "password2": PHRASE}
    )
    from qinglian.hall.people.models import User

    assert answer.status_code in {200, 403, 404}
    assert not User.objects.filter(username="thief").exists()


def test_sign_ins_are_recorded_and_a_password_never(person, visit):
    from qinglian.hall.people.models import Event

    user = person()
    client = visit()
    client.post("/accounts/login/", {"login": user.username, "password": "wrong secret phrase"})
    client.post("/accounts/login/", {"login": user.username, "password": PHRASE})
    actions = list(Event.objects.filter(user=user).values_list("action", flat=True))
    assert "sign-in" in actions
    refused = Event.objects.filter(action="sign-in refused").latest("id")
    assert refused.target == user.username
    assert not [event for event in Event.objects.all() if "phrase" in event.target]


def test_guessing_a_password_is_stopped(person, visit):
    from django.core.cache import cache

    cache.clear()
    user = person()
    client = visit(REMOTE_ADDR="203.0.113.7")
    for _ in range(6):
        client.post("/accounts/login/", {"login": user.username, "password": "guess"})
    answer = client.post("/accounts/login/", {"login": user.username, "password": PHRASE})
    assert "sessionid" not in answer.cookies, "even the right password is not taken now"
    cache.clear()
    assert client.post("/accounts/login/", {"login": user.username, "password": PHRASE}).status_code == 302


def test_the_last_administrator_stays(admin, organisation, person, visit, at):
    from qinglian.hall.people.models import Membership

    client, own = visit(admin), Membership.objects.get(user=admin)
    assert client.post(at(f"members/{own.id}/"), {"role": "reader"}).status_code == 400
    assert client.post(at(f"members/{own.id}/remove/")).status_code == 400
    person("administrator", organisation)
    assert client.post(at(f"members/{own.id}/"), {"role": "reader"}).status_code == 302
    assert client.get(at("members/")).status_code == 403


def test_a_person_is_erased_here_and_in_the_book_and_what_they_did_stays(
    admin, organisation, person, visit, at, book
):
    from qinglian.hall.people.models import Event, Membership, User
    from qinglian.ledger.actor import names
    from qinglian.ledger.audit import audit

    engineer = person("engineer", organisation, first_name="Sun Li")
    client = visit(engineer)
    assert client.post(at("records/1/reverse/"), {"reason": "wrong"}).status_code == 302
    member = Membership.objects.get(user=engineer)
    login = engineer.username
    answer = visit(admin).post(at(f"members/{member.id}/erase/"), {"reason": "asked for it"})
    assert answer.status_code == 302, answer.content.decode()
    assert not User.objects.filter(username=login).exists()
    with book.read() as connection:
        assert login not in names(connection).values()
    assert audit(book).passed
    assert client.get(at()).status_code == 302, "the session is over too"
    assert Event.objects.filter(organisation=organisation, action="record reversed", user=None).exists()


def test_a_person_of_two_organisations_is_not_erased_from_one(
    admin, organisation, organise, person, visit, at
):
    from qinglian.hall.people.models import Membership

    shared = person("engineer", organisation)
    Membership.objects.create(user=shared, organisation=organise(), role="reader")
    member = Membership.objects.get(user=shared, organisation=organisation)
    assert visit(admin).post(at(f"members/{member.id}/erase/"), {"reason": "asked"}).status_code == 400


def test_the_language_is_the_persons_own_and_a_foreign_target_is_not_followed(admin, visit, at):
    client = visit(admin)
    answer = client.post("/language/", {"language": "zh", "next": at("records/")})
    assert answer.url == at("records/")
    assert "记录" in client.get(at("records/")).content.decode()
    assert client.post("/language/", {"language": "en", "next": "https://evil.example/"}).url == "/"


def test_a_token_can_do_no_more_than_its_maker(organisation, person, visit, at):
    reader = person("reader", organisation)
    client = visit(reader)
    assert client.post(at("tokens/"), {"name": "x", "scopes": ["import"]}).status_code == 200
    from qinglian.hall.api.models import Token

    assert not Token.objects.filter(user=reader).exists()
    answer = client.post(at("tokens/"), {"name": "reader", "scopes": ["read"]})
    token = answer.context["made"]
    assert token not in str(Token.objects.filter(user=reader).values())
    program = visit(headers={"Authorization": f"Bearer {token}"})
    assert program.get(f"/api/v1/o/{organisation.slug}/runs").status_code == 200
    body = json.dumps({"name": "more", "scopes": ["import"]})
    answer = program.post(f"/api/v1/o/{organisation.slug}/tokens", body, "application/json")
    assert answer.status_code == 400
    client.post(at(f"tokens/{Token.objects.get(user=reader).id}/revoke/"))
    assert program.get(f"/api/v1/o/{organisation.slug}/runs").status_code == 401


def test_founding_an_organisation_is_for_the_administrator_of_the_installation(
    home, person, visit, organisation
):
    from qinglian.hall.people.models import Organisation, User

    ordinary = person("administrator", organisation)
    visit(ordinary).post("/", {"name": "Mine", "fiscal_start": 1})
    assert not Organisation.objects.filter(name="Mine").exists()
    chief = person()
    User.objects.filter(pk=chief.pk).update(is_superuser=True)
    chief.refresh_from_db()
    slug = f"founded-{organisation.slug}"
    answer = visit(chief).post("/", {"name": "Founded 公司", "slug": slug, "fiscal_start": 4})
    assert answer.url == f"/o/{slug}/"
    assert visit(chief).get(answer.url).status_code == 200
    again = visit(chief).post("/", {"name": "Other", "slug": slug, "fiscal_start": 4})
    assert "short name" in again.content.decode()
