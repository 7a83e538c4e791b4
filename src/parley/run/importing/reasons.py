"""Why a row was refused: a closed set of codes, each with one sentence for the person who sent the file."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# What an error file adds to the columns of the file.
EXTRA_COLUMNS: Final = ("parley_line", "parley_code", "parley_field", "parley_reason", "parley_reason_zh")


class Reason(StrEnum):
    """The code in the error file's `parley_code` column."""

    MISSING_CELLS = "missing_cells"
    EXTRA_CELLS = "extra_cells"
    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    TOO_LARGE = "too_large"
    TOO_PRECISE = "too_precise"
    NOT_A_DATE = "not_a_date"
    FAR_DATE = "far_date"
    NOT_A_PHONE = "not_a_phone"
    UNKNOWN_WORD = "unknown_word"
    UNKNOWN_CURRENCY = "unknown_currency"
    UNKNOWN_ZONE = "unknown_zone"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    DUPLICATE = "duplicate"
    NUMBER_TAKEN = "number_taken"
    SERIAL_TOO_LARGE = "serial_too_large"
    NO_DUE_DATE = "no_due_date"
    MAY_NOT_CHANGE = "may_not_change"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_NUMBER = "unknown_number"
    WRONG_CURRENCY = "wrong_currency"
    ERASED = "erased"
    FORMULA_ERROR = "formula_error"
    NOT_COMPUTED = "not_computed"
    DIGITS_LOST = "digits_lost"
    MERGED_CELL = "merged_cell"
    TURNED_TEXT = "turned_text"
    NOT_A_MOMENT = "not_a_moment"
    NO_ZONE = "no_zone"


SENTENCES: Final[dict[Reason, tuple[str, str]]] = {
    Reason.MISSING_CELLS: (
        "The row has fewer cells than the header. Look for a missing delimiter.",
        "该行的单元格少于表头，请检查是否缺少分隔符。",
    ),
    Reason.EXTRA_CELLS: (
        "The row has more cells than the header. Put text that holds the delimiter in double quotes.",
        "该行的单元格多于表头，含分隔符的文本请加双引号。",
    ),
    Reason.EMPTY: ("A required value is empty.", "必填项为空。"),
    Reason.NOT_A_NUMBER: ("This is not a number in the form the map names.", "不是映射文件所述格式的数字。"),
    Reason.NEGATIVE: ("This amount must not be negative.", "金额不得为负数。"),
    Reason.TOO_LARGE: ("This is larger than the field allows.", "数值超出该字段允许的范围。"),
    Reason.TOO_PRECISE: ("This has more decimals than the currency.", "小数位数超过该币种的最小单位。"),
    Reason.NOT_A_DATE: ("This is not a date in the form the map names.", "不是映射文件所述格式的日期。"),
    Reason.FAR_DATE: ("This date lies before 1970 or after 2100.", "日期早于 1970 年或晚于 2100 年。"),
    Reason.NOT_A_PHONE: (
        "This is no telephone number of any country. Give it with + and country code, or name a region in the map.",
        "不是任何国家或地区的有效电话号码，请写成 + 加国家代码的形式，或在映射文件中指定地区。",
    ),
    Reason.UNKNOWN_WORD: (
        "This word is not among those the field or the map allows.",
        "取值不在该字段或映射文件允许的范围内。",
    ),
    Reason.UNKNOWN_CURRENCY: ("This is not the code of a currency Parley knows.", "无法识别的币种代码。"),
    Reason.UNKNOWN_ZONE: ("This time zone is not in the IANA database.", "时区不在 IANA 时区数据库中。"),
    Reason.TOO_LONG: ("This text is longer than the field allows.", "文本超出该字段的长度限制。"),
    Reason.CONTROL_CHARACTER: ("This text holds a character that cannot be printed.", "文本含有不可打印的字符。"),
    Reason.DUPLICATE: ("The same key stands in an earlier row of this file.", "该行的主键已在本文件前面的行中出现。"),
    Reason.NUMBER_TAKEN: ("A synthetic number must be of one borrower only.", "合成号码只能属于一位借款人。"),
    Reason.SERIAL_TOO_LARGE: (
        "The serial number has more digits than the pattern has places.",
        "序号位数超过号码模式的空位。",
    ),
    Reason.NO_DUE_DATE: (
        "Payments fall due here, but the date of the next one is empty.",
        "有应还款项，但下一应还日为空。",
    ),
    Reason.MAY_NOT_CHANGE: (
        "It is known with another borrower, product, currency or figure; these never change by import.",
        "该记录已存在，其借款人、产品、币种或数额不可通过导入更改。",
    ),
    Reason.UNKNOWN_ACCOUNT: ("No account has this reference. Import accounts first.", "没有此账户编号，请先导入账户。"),
    Reason.UNKNOWN_NUMBER: (
        "No borrower has this number. Import the list again after new accounts.",
        "没有借款人使用该号码，导入新账户后请重新导入本名单。",
    ),
    Reason.WRONG_CURRENCY: ("The account is in another currency.", "币种与账户币种不一致。"),
    Reason.ERASED: (
        "This person was erased and may not come back by import.",
        "该借款人的资料已被清除，不得再次导入。",
    ),
    Reason.FORMULA_ERROR: (
        "This cell is the error of a formula, such as #DIV/0!. Put the value in.",
        "该单元格是公式错误（如 #DIV/0!），请填入数值。",
    ),
    Reason.NOT_COMPUTED: (
        "This cell is a formula that was never computed. Open the file in a spreadsheet program and save it.",
        "该单元格的公式从未计算，请在电子表格软件中打开并保存。",
    ),
    Reason.DIGITS_LOST: (
        "A number of more than 15 digits loses its last ones in a spreadsheet. Make the column text and fill it again.",
        "超过 15 位的数字在电子表格中会丢失末几位，请将该列设为文本后重新填写。",
    ),
    Reason.MERGED_CELL: (
        "This cell is merged with another. Unmerge them and fill in each.",
        "该单元格与其他单元格合并，请取消合并并逐格填写。",
    ),
    Reason.TURNED_TEXT: (
        "This text holds a mark that turns the direction of writing, so it reads otherwise than it is. Take it out.",
        "文本含有改变书写方向的字符，显示内容与实际不符，请删除该字符。",
    ),
    Reason.NOT_A_MOMENT: (
        "This is not an instant in ISO 8601 or in the form the map names.",
        "不是 ISO 8601 或映射文件所述格式的时间。",
    ),
    Reason.NO_ZONE: (
        'This time of day has no offset and the map names no zone for it: zone = "…".',
        '该时间没有时区偏移，映射文件也未用 zone = "…" 指定时区。',
    ),
}


class BadCell(Exception):
    """A cell that cannot be taken; becomes one line of the error file, never leaves the import."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
