import pytest

from linli.domains.communities.poi_csv import CsvProblem, Poi, read
from linli.domains.communities.service.pois import BadCatalogue, read_catalogue


def test_columns_in_any_order_and_a_byte_order_mark():
    (poi,) = read(["\ufeffcityname,location,id,name", '杭州市,"120.1,30.2",B023B19DJA,"桂花城,紫云苑"', ""])
    assert isinstance(poi, Poi)
    assert (poi.poid, poi.name, poi.data["location"]) == ("B023B19DJA", "桂花城,紫云苑", "120.1,30.2")


@pytest.mark.parametrize(
    ("lines", "row", "column", "rule"),
    [
        ([], 1, "", "required"),
        (["id,name"], 1, "cityname", "missing_column"),
        (["id,name,cityname,adress"], 1, "adress", "unknown_column"),
        (["id,name,cityname,name"], 1, "name", "repeats"),
        (["id,name,cityname", "B000000001,,杭州"], 2, "name", "required"),
        (["id,name,cityname", "b-1,x,杭州"], 2, "id", "format"),
        (["id,name,cityname", "B000000001,x,y,z"], 2, "", "too_many_cells"),
        (["id,name,cityname,location", 'B000000001,x,y,"1,91"'], 2, "location", "format"),
        (["id,name,cityname", "B000000001,x,y", "B000000001,z,y"], 3, "id", "repeats"),
        (["id,name,cityname", 'B000000001,"x'], 2, "", "csv"),
    ],
)
def test_problems_name_row_and_column(lines, row, column, rule):
    *_, problem = read(lines)
    assert isinstance(problem, CsvProblem)
    assert (problem.row, problem.column, problem.rule) == (row, column, rule)


def test_all_problems_at_once():
    with pytest.raises(BadCatalogue) as refused:
        read_catalogue(["id,name,cityname", "B000000001,,杭州", "ok", "B000000002,x,杭州", "b,x,y"])
    assert [problem.row for problem in refused.value.problems] == [2, 3, 5]
