"""The units that the platform converts: facts of UCUM 2.1 (https://ucum.org/ucum), chosen for health care.

``METRIC`` units take the decimal ``PREFIXES``, ``PLAIN`` ones do not; both are a number times another unit.
``BASE`` and ``ARBITRARY`` units are defined by nothing else. ``SPECIAL`` ones are not ratios: degrees of
temperature.
"""

PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2,
    "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip

BASE = ("m", "s", "g", "rad", "K", "C", "cd", "mol")
ARBITRARY = (
    "[iU]", "[arb'U]", "[USP'U]", "[GPL'U]", "[MPL'U]", "[APL'U]", "[beth'U]", "[anti'Xa'U]", "[todd'U]",
    "[dye'U]", "[smgy'U]", "[bdsk'U]", "[ka'U]", "[knk'U]", "[mclg'U]", "[tb'U]", "[CCID_50]", "[TCID_50]",
    "[EID_50]", "[PFU]", "[FFU]", "[CFU]", "[BAU]", "[AU]", "[Amb'a'1'U]", "[PNU]", "[Lf]", "[D'ag'U]",
    "[FEU]", "[ELU]", "[EU]", "[pH]", "[hp'_X]", "[hp'_C]", "[hnsf'U]", "[HPF]", "[LPF]",
)  # fmt: skip

# code → (number, unit); from the tables of the specification
METRIC = {
    "10*": ("10", "1"), "[IU]": ("1", "[iU]"), "10^": ("10", "1"), "L": ("1", "dm3"), "l": ("1", "dm3"),
    "Hz": ("1", "s-1"), "N": ("1", "kg.m/s2"), "Pa": ("1", "N/m2"), "J": ("1", "N.m"), "W": ("1", "J/s"),
    "A": ("1", "C/s"), "V": ("1", "J/C"), "F": ("1", "C/V"), "Ohm": ("1", "V/A"), "S": ("1", "Ohm-1"),
    "Wb": ("1", "V.s"), "T": ("1", "Wb/m2"), "H": ("1", "Wb/A"), "lm": ("1", "cd.sr"), "lx": ("1", "lm/m2"),
    "Bq": ("1", "s-1"), "Gy": ("1", "J/kg"), "Sv": ("1", "J/kg"), "sr": ("1", "rad2"), "t": ("1000", "kg"),
    "bar": ("100000", "Pa"), "u": ("1.6605402e-24", "g"), "eV": ("1.60217733e-19", "J"), "eq": ("1", "mol"),
    "osm": ("1", "mol"), "kat": ("1", "mol/s"), "U": ("1", "umol/min"), "cal": ("4.184", "J"),
    "cal_IT": ("4.1868", "J"), "m[Hg]": ("133.3220", "kPa"), "m[H2O]": ("9.80665", "kPa"),
    "g%": ("1", "g/dL"), "ar": ("100", "m2"), "gf": ("9.80665", "g.m/s2"), "Ci": ("3.7e10", "Bq"),
    "R": ("2.58e-4", "C/kg"), "dyn": ("1", "g.cm/s2"), "erg": ("1", "dyn.cm"), "P": ("1", "dyn.s/cm2"),
    "St": ("1", "cm2/s"), "G": ("1e-4", "T"),
}  # fmt: skip
PLAIN = {
    "1": ("1", ""), "%": ("0.01", "1"), "[ppth]": ("0.001", "1"), "[ppm]": ("1e-6", "1"),
    "[ppb]": ("1e-9", "1"), "[pptr]": ("1e-12", "1"), "[pi]": ("3.1415926535897932384626433832795", "1"),
    "deg": ("2", "[pi].rad/360"), "'": ("1", "deg/60"), "''": ("1", "'/60"), "gon": ("0.9", "deg"),
    "min": ("60", "s"), "h": ("60", "min"), "d": ("24", "h"), "wk": ("7", "d"), "a_t": ("365.24219", "d"),
    "a_j": ("365.25", "d"), "a_g": ("365.2425", "d"), "a": ("365.25", "d"), "mo_j": ("30.4375", "d"),
    "mo_g": ("30.436875", "d"), "mo": ("30.4375", "d"), "mo_s": ("29.53059", "d"), "atm": ("101325", "Pa"),
    "[psi]": ("1", "[lbf_av]/[in_i]2"), "[lbf_av]": ("9.80665", "[lb_av].m/s2"), "[in_i]": ("2.54", "cm"),
    "[ft_i]": ("12", "[in_i]"), "[yd_i]": ("3", "[ft_i]"), "[mi_i]": ("5280", "[ft_i]"),
    "[sin_i]": ("1", "[in_i]2"), "[sft_i]": ("1", "[ft_i]2"), "[cin_i]": ("1", "[in_i]3"),
    "[hd_i]": ("4", "[in_i]"), "[in_i'H2O]": ("1", "m[H2O].[in_i]/m"), "[in_i'Hg]": ("1", "m[Hg].[in_i]/m"),
    "[gr]": ("64.79891", "mg"), "[lb_av]": ("7000", "[gr]"), "[oz_av]": ("1", "[lb_av]/16"),
    "[dr_av]": ("1", "[oz_av]/16"), "[stone_av]": ("14", "[lb_av]"), "[lb_tr]": ("5760", "[gr]"),
    "[oz_tr]": ("480", "[gr]"), "[gal_us]": ("231", "[in_i]3"), "[qt_us]": ("1", "[gal_us]/4"),
    "[pt_us]": ("1", "[qt_us]/2"), "[cup_us]": ("16", "[tbs_us]"), "[foz_us]": ("1", "[pt_us]/16"),
    "[tbs_us]": ("1", "[foz_us]/2"), "[tsp_us]": ("1", "[tbs_us]/3"), "[drp]": ("0.05", "mL"),
    "[Cal]": ("1", "kcal"), "[Ch]": ("1", "mm/3"), "[diop]": ("1", "m-1"), "[foz_br]": ("28.4130625", "mL"),
    "[pt_br]": ("568.26125", "mL"), "[gal_br]": ("4546.09", "mL"),
}  # fmt: skip
# code → (what to add first, number, unit)
SPECIAL = {"Cel": ("273.15", "1", "K"), "[degF]": ("459.67", "5/9", "K"), "[degRe]": ("218.52", "1.25", "K")}
