/** English words. One file for each area of the application, under its name. */
import access from "./access.json";
import actions from "./actions.json";
import admin from "./admin.json";
import assignments from "./assignments.json";
import attachments from "./attachments.json";
import audit from "./audit.json";
import auth from "./auth.json";
import board from "./board.json";
import klass from "./class.json";
import courses from "./courses.json";
import errors from "./errors.json";
import fields from "./fields.json";
import filePicker from "./filePicker.json";
import files from "./files.json";
import finder from "./finder.json";
import grades from "./grades.json";
import history from "./history.json";
import home from "./home.json";
import join from "./join.json";
import lessons from "./lessons.json";
import live from "./live.json";
import myData from "./myData.json";
import nav from "./nav.json";
import people from "./people.json";
import polls from "./polls.json";
import problems from "./problems.json";
import profile from "./profile.json";
import progress from "./progress.json";
import recovery from "./recovery.json";
import rescue from "./rescue.json";
import roles from "./roles.json";
import rooms from "./rooms.json";
import roster from "./roster.json";
import save from "./save.json";
import shortcuts from "./shortcuts.json";
import signOn from "./signOn.json";
import slides from "./slides.json";

export default {
  access,
  actions,
  admin,
  assignments,
  attachments,
  audit,
  auth,
  board,
  class: klass,
  courses,
  errors,
  fields,
  filePicker,
  files,
  finder,
  grades,
  history,
  home,
  join,
  lessons,
  live,
  myData,
  nav,
  people,
  polls,
  problems,
  profile,
  progress,
  recovery,
  rescue,
  roles,
  rooms,
  roster,
  save,
  shortcuts,
  signOn,
  slides,
};
