"""Strict YAML: what it reads, and that every problem has its place."""

import pytest

from tidepool import yaml_file
from tidepool.command import UsageError


def document(tmp_path, text):
    path = tmp_path / "file.yaml"
    path.write_text(text)
    return yaml_file.load(path)


def problems(tmp_path, text, use):
    """What is wrong according to `use(root)`, without the path, line by line."""
    read = document(tmp_path, text)
    use(read.root)
    with pytest.raises(UsageError) as error:
        read.check()
    return str(error.value).replace(f"{tmp_path / 'file.yaml'}:", "").splitlines()


def test_reads_values_as_yaml_1_2(tmp_path):
    plain = document(
        tmp_path, "{a: yes, b: true, c: 010, d: 12, e: 1.5e3, f: '12', g: null, h: [1, {i: on}], j: .5}"
    ).root.plain()
    assert plain == {
        **{"a": "yes", "b": True, "c": 10.0, "d": 12, "e": 1500.0, "f": "12", "g": None},
        **{"h": [1, {"i": "on"}], "j": 0.5},
    }


def test_names_unknown_missing_and_double_keys_at_their_places(tmp_path):
    found = problems(
        tmp_path,
        "name: a\nname: b\nqestion: c\n",
        lambda root: root.fields(["name", "question", "base"], ["name", "base"]),
    )
    assert found == [
        "1:1: 'base' is missing",
        "2:1: name: this key is there twice",
        "3:10: qestion: unknown key, did you mean 'question'?",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x: 5", ""),
        ("x: 0", "1:4: x: must be between 1 and 9 (got 0)"),
        ("x: '5'", "1:4: x: must be a whole number (got '5')"),
        ("x: 5.0", "1:4: x: must be a whole number (got '5.0')"),
        ("x:", "1:3: x: must be a whole number (got '')"),
        ("x: [5]", "1:4: x: must be text (got a list)"),
        ("x: " + 5000 * "9", "1:4: x: must be a whole number (got '" + 79 * "9" + "…')"),
    ],
)
def test_whole_numbers(tmp_path, text, problem):
    read = document(tmp_path, text)
    value = read.root.entries()["x"].integer(1, 9)
    if problem:
        assert problems(tmp_path, text, lambda root: root.entries()["x"].integer(1, 9)) == [problem]
        assert value == 1
    else:
        read.check()
        assert value == 5


def test_numbers_and_words(tmp_path):
    def use(root):
        fields = root.entries()
        fields["a"].number(0, 1)
        fields["b"].number()
        fields["c"].one_of(["grid", "optuna"])
        fields["d"].items()

    assert problems(tmp_path, "a: 2\nb: 1e999\nc: grud\nd: 4\n", use) == [
        "1:4: a: must be between 0 and 1 (got 2)",
        "2:4: b: must be a number (got '1e999')",
        "3:4: c: must be one of grid, optuna (got 'grud'), did you mean 'grid'?",
        "4:4: d: must be a list (got '4')",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "1:1: the file is empty"),
        (b"a: [1", "expected ',' or ']'"),
        (b"a: \xff\n", "is not UTF-8 text"),
        (b"[" * 3000, ""),
        (b"a: !!python/object:os.system x", ""),
    ],
)
def test_what_is_no_yaml_says_so(tmp_path, content, sentence):
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    try:
        yaml_file.load(path).root.plain()
    except UsageError as error:
        assert sentence in str(error) and str(path) in str(error)
    else:
        assert sentence == ""


def test_aliases_cannot_blow_up(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join(10 * [f'*a{n - 1}'])}]" for n in range(1, 12)]
    with pytest.raises(UsageError, match="too large"):
        document(tmp_path, "\n".join(lines)).root.plain()


def test_missing_files_and_folders_say_so(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UsageError, match="cannot be read"):
            yaml_file.load(path)
