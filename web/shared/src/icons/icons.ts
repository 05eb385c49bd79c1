/** The Phosphor icons we use, as path data on a 256 by 256 grid (MIT, see the licences beside the applications). */
import arrowRight from "@phosphor-icons/core/regular/arrow-right.svg?raw";
import arrowsClockwise from "@phosphor-icons/core/regular/arrows-clockwise.svg?raw";
import bed from "@phosphor-icons/core/regular/moon.svg?raw";
import calendar from "@phosphor-icons/core/regular/calendar-blank.svg?raw";
import caretDown from "@phosphor-icons/core/regular/caret-down.svg?raw";
import caretLeft from "@phosphor-icons/core/bold/caret-left-bold.svg?raw";
import caretRight from "@phosphor-icons/core/bold/caret-right-bold.svg?raw";
import chart from "@phosphor-icons/core/regular/chart-line.svg?raw";
import chat from "@phosphor-icons/core/regular/chat-circle-text.svg?raw";
import chatFill from "@phosphor-icons/core/fill/chat-circle-text-fill.svg?raw";
import check from "@phosphor-icons/core/bold/check-bold.svg?raw";
import checkCircle from "@phosphor-icons/core/regular/check-circle.svg?raw";
import checkCircleFill from "@phosphor-icons/core/fill/check-circle-fill.svg?raw";
import checks from "@phosphor-icons/core/regular/checks.svg?raw";
import clipboard from "@phosphor-icons/core/regular/clipboard-text.svg?raw";
import clock from "@phosphor-icons/core/regular/clock.svg?raw";
import clockBack from "@phosphor-icons/core/regular/clock-counter-clockwise.svg?raw";
import cloudCheck from "@phosphor-icons/core/regular/cloud-check.svg?raw";
import cloudSlash from "@phosphor-icons/core/regular/cloud-slash.svg?raw";
import columns from "@phosphor-icons/core/regular/columns.svg?raw";
import cross from "@phosphor-icons/core/bold/x-bold.svg?raw";
import download from "@phosphor-icons/core/regular/download-simple.svg?raw";
import drop from "@phosphor-icons/core/regular/drop-half.svg?raw";
import ear from "@phosphor-icons/core/regular/ear.svg?raw";
import envelope from "@phosphor-icons/core/regular/envelope-simple.svg?raw";
import eye from "@phosphor-icons/core/regular/eye.svg?raw";
import eyeFill from "@phosphor-icons/core/fill/eye-fill.svg?raw";
import first from "@phosphor-icons/core/fill/star-fill.svg?raw";
import firstAid from "@phosphor-icons/core/regular/first-aid-kit.svg?raw";
import footprints from "@phosphor-icons/core/regular/footprints.svg?raw";
import gauge from "@phosphor-icons/core/regular/gauge.svg?raw";
import globe from "@phosphor-icons/core/regular/translate.svg?raw";
import heart from "@phosphor-icons/core/regular/heartbeat.svg?raw";
import heartFill from "@phosphor-icons/core/fill/heartbeat-fill.svg?raw";
import help from "@phosphor-icons/core/regular/question.svg?raw";
import home from "@phosphor-icons/core/regular/house.svg?raw";
import homeFill from "@phosphor-icons/core/fill/house-fill.svg?raw";
import inbox from "@phosphor-icons/core/regular/tray.svg?raw";
import inboxFill from "@phosphor-icons/core/fill/tray-fill.svg?raw";
import info from "@phosphor-icons/core/regular/info.svg?raw";
import lock from "@phosphor-icons/core/regular/lock-simple.svg?raw";
import moon from "@phosphor-icons/core/regular/moon-stars.svg?raw";
import people from "@phosphor-icons/core/regular/users.svg?raw";
import peopleFill from "@phosphor-icons/core/fill/users-fill.svg?raw";
import person from "@phosphor-icons/core/regular/user.svg?raw";
import personCircle from "@phosphor-icons/core/regular/user-circle.svg?raw";
import personFill from "@phosphor-icons/core/fill/user-fill.svg?raw";
import phone from "@phosphor-icons/core/regular/phone.svg?raw";
import phoneFill from "@phosphor-icons/core/fill/phone-fill.svg?raw";
import pill from "@phosphor-icons/core/regular/pill.svg?raw";
import plus from "@phosphor-icons/core/bold/plus-bold.svg?raw";
import pulse from "@phosphor-icons/core/regular/pulse.svg?raw";
import repeat from "@phosphor-icons/core/regular/repeat.svg?raw";
import scales from "@phosphor-icons/core/regular/scales.svg?raw";
import search from "@phosphor-icons/core/regular/magnifying-glass.svg?raw";
import signature from "@phosphor-icons/core/regular/signature.svg?raw";
import signOut from "@phosphor-icons/core/regular/sign-out.svg?raw";
import smartphone from "@phosphor-icons/core/regular/device-mobile.svg?raw";
import speaker from "@phosphor-icons/core/regular/speaker-high.svg?raw";
import sun from "@phosphor-icons/core/regular/sun.svg?raw";
import sunFill from "@phosphor-icons/core/fill/sun-fill.svg?raw";
import thermometer from "@phosphor-icons/core/regular/thermometer.svg?raw";
import trend from "@phosphor-icons/core/regular/trend-up.svg?raw";
import warningFill from "@phosphor-icons/core/fill/warning-circle-fill.svg?raw";
import watch from "@phosphor-icons/core/regular/watch.svg?raw";
import wrench from "@phosphor-icons/core/regular/wrench.svg?raw";
import caretUp from "@phosphor-icons/core/bold/caret-up-bold.svg?raw";
import code from "@phosphor-icons/core/regular/code.svg?raw";
import bluetooth from "@phosphor-icons/core/regular/bluetooth.svg?raw";
import table from "@phosphor-icons/core/regular/table.svg?raw";

const drawings = {
  arrowRight, arrowsClockwise, bed, calendar, caretDown, caretLeft, caretRight, chart, chat, chatFill, check,
  checkCircle, checkCircleFill, checks, clipboard, clock, clockBack, cloudCheck, cloudSlash, columns, cross,
  download, drop, ear, envelope, eye, eyeFill, first, firstAid, footprints, gauge, globe, heart, heartFill, help, home,
  homeFill, inbox, inboxFill, info, lock, moon, people, peopleFill, person, personCircle, personFill, phone,
  phoneFill, pill, plus, pulse, repeat, scales, search, signature, signOut, smartphone, speaker, sun, sunFill,
  thermometer, trend, warningFill, watch, wrench,
  caretUp,
  code,
  bluetooth,
  table,
};

export type IconName = keyof typeof drawings;

/** The `d` attribute of an icon. */
export function iconPath(name: IconName): string {
  return /\bd="([^"]+)"/.exec(drawings[name])?.[1] ?? "";
}
