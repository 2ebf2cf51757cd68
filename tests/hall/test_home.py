import stat
import zipfile

import pytest

from qinglian.core.errors import QinglianError
from qinglian.hall.database_url import book_url, django_database
from qinglian.hall.home import KEY, open_home, prepare_home


def test_the_folder_is_private_and_its_key_made_once(tmp_path):
    first = prepare_home(tmp_path / "data")
    again = prepare_home(tmp_path / "data")
    assert first == again
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / KEY).stat().st_mode) == 0o600
    assert len(first.key) >= 50
    assert first.key not in repr(first)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(QinglianError) as refusal:
        prepare_home(tmp_path)
    assert refusal.value.code == "hall.home_taken"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_settings_are_read_and_a_misspelt_one_is_refused(tmp_path):
    folder = tmp_path / "data"
    prepare_home(folder)
    (folder / "hall.toml").write_text('address = "https://carbon.example.org/"\nproxies = 1\n')
    home = open_home(folder)
    assert (home.address, home.proxies, home.is_secure) == ("https://carbon.example.org", 1, True)
    (folder / "hall.toml").write_text('adress = "https://carbon.example.org"\n')
    with pytest.raises(QinglianError) as refusal:
        open_home(folder)
    assert refusal.value.code == "hall.setting_unknown"
    (folder / "hall.toml").write_text("address = \n")
    with pytest.raises(QinglianError) as refusal:
        open_home(folder)
    assert refusal.value.code == "hall.settings_unreadable"


def test_a_home_that_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(QinglianError) as refusal:
        open_home(tmp_path / "nothing")
    assert "qinglian serve" in str(refusal.value)


def test_a_database_is_one_address(tmp_path):
    found = django_database(
        "postgresql://ann:p%40ss@db.example.org:5433/hall?sslmode=require", tmp_path / "x"
    )
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "ann",
        "p@ss",
        "db.example.org",
        "5433",
    )
    assert found["NAME"] == "hall"
    assert found["OPTIONS"] == {"sslmode": "require"}
    assert book_url("postgres://ann@db/hall") == "postgresql+psycopg://ann@db/hall"
    assert book_url("") is None
    assert django_database("", tmp_path / "hall.db")["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    for wrong in ("mysql://a@b/c", "postgresql://host"):
        with pytest.raises(QinglianError) as refusal:
            django_database(wrong, tmp_path / "x")
        assert refusal.value.code == "hall.database_url"


def test_a_backup_is_restored_whole_or_not_at_all(home, organisation, book, tmp_path):
    from qinglian.hall.backup import back_up, restore
    from qinglian.ledger.audit import audit
    from qinglian.ledger.book import open_book

    head = book.head()
    names = back_up(home, tmp_path / "all.zip")
    assert "hall.db" in names
    assert "secret.key" in names
    with pytest.raises(QinglianError) as refusal:
        back_up(home, tmp_path / "all.zip")
    assert refusal.value.code == "hall.backup_taken"

    restore(tmp_path / "all.zip", tmp_path / "new")
    restored = open_book(tmp_path / "new" / "books" / organisation.slug)
    assert restored.head() == head
    assert audit(restored).passed
    assert open_home(tmp_path / "new").key == home.key
    assert stat.S_IMODE((tmp_path / "new" / KEY).stat().st_mode) == 0o600
    with pytest.raises(QinglianError) as refusal:
        restore(tmp_path / "all.zip", tmp_path / "new")
    assert refusal.value.code == "hall.home_taken"


def test_a_damaged_backup_leaves_nothing_behind(home, organisation, tmp_path):
    from qinglian.hall.backup import back_up, restore

    back_up(home, tmp_path / "all.zip")
    content = bytearray((tmp_path / "all.zip").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "bad.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("letter.txt", "hello")
    for name in ("bad.zip", "other.zip"):
        with pytest.raises(QinglianError) as refusal:
            restore(tmp_path / name, tmp_path / "new")
        assert refusal.value.code == "hall.backup_unreadable"
        assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".restore-*"))
