import house from "@phosphor-icons/core/assets/regular/house.svg?raw";
import users from "@phosphor-icons/core/assets/regular/users.svg?raw";
import tray from "@phosphor-icons/core/assets/regular/tray.svg?raw";
import magnifyingGlass from "@phosphor-icons/core/assets/regular/magnifying-glass.svg?raw";
import translate from "@phosphor-icons/core/assets/regular/translate.svg?raw";
import question from "@phosphor-icons/core/assets/regular/question.svg?raw";
import userCircle from "@phosphor-icons/core/assets/regular/user-circle.svg?raw";
import signOut from "@phosphor-icons/core/assets/regular/sign-out.svg?raw";
import moon from "@phosphor-icons/core/assets/regular/moon.svg?raw";
import sun from "@phosphor-icons/core/assets/regular/sun.svg?raw";
import heartbeat from "@phosphor-icons/core/assets/regular/heartbeat.svg?raw";
import pulse from "@phosphor-icons/core/assets/regular/pulse.svg?raw";
import drop from "@phosphor-icons/core/assets/regular/drop.svg?raw";
import scales from "@phosphor-icons/core/assets/regular/scales.svg?raw";
import thermometer from "@phosphor-icons/core/assets/regular/thermometer.svg?raw";
import moonStars from "@phosphor-icons/core/assets/regular/moon-stars.svg?raw";
import footprints from "@phosphor-icons/core/assets/regular/footprints.svg?raw";
import phone from "@phosphor-icons/core/assets/regular/phone.svg?raw";
import watch from "@phosphor-icons/core/assets/regular/watch.svg?raw";
import deviceMobile from "@phosphor-icons/core/assets/regular/device-mobile.svg?raw";
import ear from "@phosphor-icons/core/assets/regular/ear.svg?raw";
import check from "@phosphor-icons/core/assets/regular/check.svg?raw";
import checks from "@phosphor-icons/core/assets/regular/checks.svg?raw";
import x from "@phosphor-icons/core/assets/regular/x.svg?raw";
import caretDown from "@phosphor-icons/core/assets/regular/caret-down.svg?raw";
import caretLeft from "@phosphor-icons/core/assets/regular/caret-left.svg?raw";
import caretRight from "@phosphor-icons/core/assets/regular/caret-right.svg?raw";
import caretUp from "@phosphor-icons/core/assets/regular/caret-up.svg?raw";
import arrowLeft from "@phosphor-icons/core/assets/regular/arrow-left.svg?raw";
import arrowRight from "@phosphor-icons/core/assets/regular/arrow-right.svg?raw";
import eye from "@phosphor-icons/core/assets/regular/eye.svg?raw";
import envelopeSimple from "@phosphor-icons/core/assets/regular/envelope-simple.svg?raw";
import clock from "@phosphor-icons/core/assets/regular/clock.svg?raw";
import calendarBlank from "@phosphor-icons/core/assets/regular/calendar-blank.svg?raw";
import clipboardText from "@phosphor-icons/core/assets/regular/clipboard-text.svg?raw";
import plus from "@phosphor-icons/core/assets/regular/plus.svg?raw";
import downloadSimple from "@phosphor-icons/core/assets/regular/download-simple.svg?raw";
import repeat from "@phosphor-icons/core/assets/regular/repeat.svg?raw";
import warningCircle from "@phosphor-icons/core/assets/regular/warning-circle.svg?raw";
import info from "@phosphor-icons/core/assets/regular/info.svg?raw";
import cloudSlash from "@phosphor-icons/core/assets/regular/cloud-slash.svg?raw";
import wifiSlash from "@phosphor-icons/core/assets/regular/wifi-slash.svg?raw";
import lockSimple from "@phosphor-icons/core/assets/regular/lock-simple.svg?raw";
import signature from "@phosphor-icons/core/assets/regular/signature.svg?raw";
import star from "@phosphor-icons/core/assets/regular/star.svg?raw";
import table from "@phosphor-icons/core/assets/regular/table.svg?raw";
import chartLineUp from "@phosphor-icons/core/assets/regular/chart-line-up.svg?raw";
import bed from "@phosphor-icons/core/assets/regular/bed.svg?raw";
import arrowClockwise from "@phosphor-icons/core/assets/regular/arrow-clockwise.svg?raw";
import listBullets from "@phosphor-icons/core/assets/regular/list-bullets.svg?raw";
import code from "@phosphor-icons/core/assets/regular/code.svg?raw";
import fileText from "@phosphor-icons/core/assets/regular/file-text.svg?raw";
import bluetooth from "@phosphor-icons/core/assets/regular/bluetooth.svg?raw";
import personArmsSpread from "@phosphor-icons/core/assets/regular/person-arms-spread.svg?raw";
import chatCircle from "@phosphor-icons/core/assets/regular/chat-circle.svg?raw";
import firstAidKit from "@phosphor-icons/core/assets/regular/first-aid-kit.svg?raw";
import dotsThree from "@phosphor-icons/core/assets/regular/dots-three.svg?raw";
import speakerHigh from "@phosphor-icons/core/assets/regular/speaker-high.svg?raw";
import houseFill from "@phosphor-icons/core/assets/fill/house-fill.svg?raw";
import usersFill from "@phosphor-icons/core/assets/fill/users-fill.svg?raw";
import trayFill from "@phosphor-icons/core/assets/fill/tray-fill.svg?raw";

const sources = {
  house,
  users,
  tray,
  "magnifying-glass": magnifyingGlass,
  translate,
  question,
  "user-circle": userCircle,
  "sign-out": signOut,
  moon,
  sun,
  heartbeat,
  pulse,
  drop,
  scales,
  thermometer,
  "moon-stars": moonStars,
  footprints,
  phone,
  watch,
  "device-mobile": deviceMobile,
  ear,
  check,
  checks,
  x,
  "caret-down": caretDown,
  "caret-left": caretLeft,
  "caret-right": caretRight,
  "caret-up": caretUp,
  "arrow-left": arrowLeft,
  "arrow-right": arrowRight,
  eye,
  "envelope-simple": envelopeSimple,
  clock,
  "calendar-blank": calendarBlank,
  "clipboard-text": clipboardText,
  plus,
  "download-simple": downloadSimple,
  repeat,
  "warning-circle": warningCircle,
  info,
  "cloud-slash": cloudSlash,
  "wifi-slash": wifiSlash,
  "lock-simple": lockSimple,
  signature,
  star,
  table,
  "chart-line-up": chartLineUp,
  bed,
  "arrow-clockwise": arrowClockwise,
  "list-bullets": listBullets,
  code,
  "file-text": fileText,
  bluetooth,
  "person-arms-spread": personArmsSpread,
  "chat-circle": chatCircle,
  "first-aid-kit": firstAidKit,
  "dots-three": dotsThree,
  "speaker-high": speakerHigh,
  "house-fill": houseFill,
  "users-fill": usersFill,
  "tray-fill": trayFill,
};

export type IconName = keyof typeof sources;

/** The path of a Phosphor icon, drawn in a square of 256 units. */
export function iconPath(name: IconName): string {
  return / d="([^"]+)"/.exec(sources[name])?.[1] ?? "";
}
