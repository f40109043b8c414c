"""Every call of the REST interface, and the action of the rights table that it is an instance of.

A new route needs a line here: how to call it, and what somebody must be allowed to do. Places in braces are filled from the
world that test_auth_rights.py makes; calls that take something away stand at the end, in the order in which they can be made.
"""

from dataclasses import dataclass, field
from typing import Any

from auth.permissions import Action

OPEN = "open to all"
"""A call that asks for no token."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call. `also`: an action of the house that allows it, too. `answers`: what is no refusal, besides success."""

    operation: str
    method: str
    path: str
    needs: Action | str
    also: Action | None = None
    body: Any = None
    files: bool = False
    answers: frozenset[int] = field(default_factory=frozenset)


def _call(operation: str, request: str, needs: Action | str, body: Any = None, *answers: int, **more: Any) -> Call:
    method, path = request.split(" ")
    return Call(
        operation=operation, method=method, path=path, needs=needs, body=body, answers=frozenset(answers), **more
    )


OWN, SEE, TEACH, LEAVE = Action.USE_OWN_ACCOUNT, Action.SEE_CLASS, Action.TEACH_CLASS, Action.LEAVE_CLASS
ACCOUNTS, CHANGE = Action.SEE_ACCOUNTS, Action.CHANGE_ACCOUNTS
ROOMS, ACT = Action.SEE_ROOMS, Action.ACT_ON_ROOMS
LOG = {"also": Action.SEE_ANY_LOG}
SIGN_IN = {"email": "nobody@school.example", "password": "wrong password"}
NEW = {"email": "new@school.example", "password": "correct horse", "name": "New", "role": "student"}

CALLS = [
    _call("getAuthOptions", "GET /auth/options", OPEN),
    _call("register", "POST /auth/register", OPEN, NEW),
    _call("login", "POST /auth/login", OPEN, SIGN_IN, 401),
    _call("refresh", "POST /auth/refresh", OPEN, None, 401),
    _call("requestPasswordReset", "POST /auth/password-reset", OPEN, {"email": "a@school.example"}, 409),
    _call("resetPassword", "PUT /auth/password", OPEN, {"token": "unknown", "password": "correct horse"}, 403),
    _call("confirmEmail", "PUT /auth/email", OPEN, {"token": "unknown"}, 403),
    _call("beginSignOn", "POST /auth/sign-on/none", OPEN, {}, 404),
    _call("completeSignOn", "POST /auth/sign-on/none/complete", OPEN, {"state": "unknown", "code": "x"}, 403),
    _call("previewClass", "GET /join/{other_code}", OPEN),
    _call("getMe", "GET /me", OWN),
    _call("updateMe", "PATCH /me", OWN, {"locale": "de"}),
    _call("requestEmailChange", "PUT /me/email", OWN, {"email": "b@school.example", "password": "x"}, 409),
    _call("listSignIns", "GET /me/sign-ins", OWN),
    _call("endSignIn", "DELETE /me/sign-ins/{new_id}", OWN, None, 404),
    _call("endOtherSignIns", "DELETE /me/sign-ins", OWN),
    _call("changePassword", "PUT /me/password", OWN, {"password": "wrong one", "new_password": "correct horse"}, 403),
    _call("listSignOnAccounts", "GET /me/sign-on-accounts", OWN),
    _call("beginConnecting", "POST /me/sign-on-accounts/none", OWN, {}, 404),
    _call("disconnectSignOnAccount", "DELETE /me/sign-on-accounts/{new_id}", OWN, None, 404),
    _call("changePicture", "PUT /me/picture", OWN, {"no": "picture"}, 415),
    _call("removePicture", "DELETE /me/picture", OWN),
    _call("getPicture", "GET /pictures/{new_id}", OWN, None, 404),
    _call("getOwnProgress", "GET /me/progress", OWN),
    _call("listDueWork", "GET /me/assignments", OWN),
    _call("getOwnGrades", "GET /me/grades", OWN),
    _call("listAccounts", "GET /admin/users", ACCOUNTS),
    _call("approveAccount", "POST /admin/users/{somebody}/approve", CHANGE),
    _call("blockAccount", "POST /admin/users/{somebody}/block", CHANGE, {"reason": "a test"}),
    _call("unblockAccount", "POST /admin/users/{somebody}/unblock", CHANGE),
    _call("sendPasswordReset", "POST /admin/users/{somebody}/password-reset", CHANGE, None, 409),
    _call("changeAccountRole", "PUT /admin/users/{somebody}/role", CHANGE, {"role": "student"}),
    _call("removeAccountPicture", "DELETE /admin/users/{somebody}/picture", CHANGE),
    _call("listAuditEntries", "GET /admin/audit", Action.READ_AUDIT),
    _call("createInvitation", "POST /admin/invitations", CHANGE, {"role": "teacher"}),
    _call("listRooms", "GET /admin/rooms", ROOMS),
    _call("getRoom", "GET /admin/rooms/{board}", ROOMS, None, 404),
    _call("kick", "POST /admin/rooms/{board}/kick", ACT, {}, 404),
    _call("flush", "POST /admin/rooms/{board}/flush", ACT, None, 404),
    _call("exportAnyDocument", "GET /admin/documents/{board}/export?format=json", ACT),
    _call("restoreToMoment", "POST /admin/documents/{board}/restore", ACT, {"seq": 0}, 404, 503),
    _call("createClass", "POST /classes", Action.CREATE_CLASSES, {"title": "8c"}),
    _call("listClasses", "GET /classes", OWN),
    _call("joinClass", "POST /classes/join", Action.JOIN_CLASSES, {"join_code": "{other_code}"}),
    _call("getClass", "GET /classes/{class}", SEE),
    _call("updateClass", "PATCH /classes/{class}", TEACH, {"title": "7c"}),
    _call("renewJoinCode", "POST /classes/{class}/join-code", TEACH),
    _call("listMembers", "GET /classes/{class}/members", SEE),
    _call("getMember", "GET /classes/{class}/members/{student}", SEE),
    _call("updateMember", "PATCH /classes/{class}/members/{mate}", TEACH, {"role": "student"}),
    _call("addMember", "POST /classes/{class}/members", TEACH, {"email": "mate@school.example"}),
    _call("importMembers", "POST /classes/{class}/members/import?preview=true", TEACH, "email", 422),
    _call("listInvitations", "GET /classes/{class}/invitations", TEACH),
    _call("renewInvitationLink", "POST /classes/{class}/invitations/{new_id}/link", TEACH, None, 404),
    _call("withdrawInvitation", "DELETE /classes/{class}/invitations/{new_id}", TEACH, None, 404),
    _call("createCourse", "POST /courses", Action.CREATE_COURSES, {"title": "Chemistry", "category": "Science"}),
    _call("listCourses", "GET /courses", Action.BROWSE_COURSES),
    _call("listCourseCategories", "GET /courses/categories", Action.BROWSE_COURSES),
    _call("getCourse", "GET /courses/{course}", SEE),
    _call("updateCourse", "PATCH /courses/{course}", TEACH, {"title": "Physics"}),
    _call("createCourseClass", "POST /courses/{course}/classes", TEACH, {"title": "7d"}),
    _call("setCourseClass", "PUT /courses/{course}/classes/{class}", TEACH, {"enrolment": "open"}),
    _call("enrol", "PUT /courses/{course}/enrolment", SEE, {"class_id": "{class}"}),
    _call("publishCourse", "POST /courses/{course}/publish", TEACH),
    _call("unpublishCourse", "POST /courses/{course}/unpublish", TEACH),
    _call("createDocument", "POST /classes/{class}/documents", TEACH, {"kind": "whiteboard", "title": "New"}),
    _call("listDocuments", "GET /classes/{class}/documents", SEE),
    _call("getDocument", "GET /documents/{board}", SEE),
    _call("updateDocument", "PATCH /documents/{board}", TEACH, {"title": "Cells"}),
    _call("getDocumentAccess", "GET /documents/{board}/access", TEACH),
    _call("setStudentsAccess", "PUT /documents/{board}/access", TEACH, {"students": "write"}),
    _call("setPersonalAccess", "PUT /documents/{board}/access/{mate}", TEACH, {"access": "read"}),
    _call("forgetPersonalAccess", "DELETE /documents/{board}/access/{mate}", TEACH),
    _call("exportDocument", "GET /documents/{board}/export?format=json", SEE),
    _call("uploadFile", "POST /files", SEE, files=True),
    _call("getFile", "GET /files/{file}", SEE),
    _call("createFileLink", "POST /files/{file}/links", SEE),
    _call("getLinkedFile", "GET /files/{file}/linked?token=unknown", OPEN, None, 401),
    _call("getFileRoom", "GET /me/files", OWN),
    _call("shareFile", "POST /classes/{class}/files", TEACH, {"file_id": "{new_id}"}, 422),
    _call("listClassFiles", "GET /classes/{class}/files", SEE),
    _call("updateClassFile", "PATCH /class-files/{class_file}", TEACH, {"name": "Sheet"}),
    _call("getHistory", "GET /documents/{board}/history", TEACH, **LOG),
    _call("exportMoment", "GET /documents/{board}/history/0/export?format=json", TEACH, **LOG),
    _call("restoreMoment", "POST /documents/{board}/history/restore", TEACH, {"seq": 0}, 404, 503, **LOG),
    _call("createPoll", "POST /classes/{class}/polls", TEACH, {"question": "And?", "type": "yes_no"}),
    _call("listPolls", "GET /classes/{class}/polls", SEE),
    _call("getPoll", "GET /polls/{poll}", SEE),
    _call("castBallot", "PUT /polls/{poll}/ballot", SEE, {"choices": ["yes"]}),
    _call("getBallot", "GET /polls/{poll}/ballot", SEE),
    _call("getResults", "GET /polls/{poll}/results", SEE),
    _call("updatePoll", "PATCH /polls/{poll}", TEACH, {"question": "Or?"}, 409),
    _call("copyPoll", "POST /polls/{poll}/copy", TEACH, {}),
    _call("openPoll", "POST /polls/{poll}/open", TEACH, {}),
    _call("setTimer", "PUT /polls/{poll}/timer", TEACH, {"seconds": 600}),
    _call("askQuestion", "PUT /polls/{questions}/questions/{new_id}", SEE, {"text": "Why?"}),
    _call("updateQuestion", "PATCH /polls/{questions}/questions/{question}", TEACH, {"answered": True}),
    _call("hideText", "PUT /polls/{questions}/hidden", TEACH, {"text": "word", "hidden": True}, 409),
    _call("closePoll", "POST /polls/{poll}/close", TEACH),
    _call("publishPoll", "POST /polls/{poll}/publish", TEACH),
    _call("unpublishPoll", "POST /polls/{poll}/unpublish", TEACH),
    _call("downloadResults", "GET /polls/{poll}/results.csv", TEACH),
    _call("beginRound", "POST /polls/{poll}/rounds", TEACH, {}),
    _call("getProgress", "GET /classes/{class}/progress", SEE),
    _call("createProgressColumn", "POST /classes/{class}/progress/columns", TEACH, {"title": "Reading"}),
    _call(
        "orderProgressColumns", "PUT /classes/{class}/progress/columns/order", TEACH, {"column_ids": ["{column}"]}, 422
    ),
    _call("updateProgressColumn", "PATCH /classes/{class}/progress/columns/{column}", TEACH, {"title": "Writing"}),
    _call("setProgressCell", "PUT /classes/{class}/progress/cells/{student}/{column}", TEACH, {"state": "working"}),
    _call("setProgressStuck", "PUT /classes/{class}/progress/cells/{mate}/{column}/stuck", TEACH, {"stuck": True}),
    _call("setProgressMark", "PUT /classes/{class}/progress/marks/{student}/{column}", TEACH, {"remark": "Good"}),
    _call("removeProgressMark", "DELETE /classes/{class}/progress/marks/{student}/{column}", TEACH),
    _call("getProgressSummary", "GET /classes/{class}/progress/summary", TEACH),
    _call("exportProgress", "GET /classes/{class}/progress.csv", TEACH),
    _call("rebuildProgress", "POST /classes/{class}/progress/rebuild", TEACH),
    _call("removeProgressColumn", "DELETE /classes/{class}/progress/columns/{column}", TEACH),
    _call("restoreProgressColumn", "POST /classes/{class}/progress/columns/{column}/restore", TEACH),
    _call("listLessons", "GET /classes/{class}/lessons", SEE),
    _call("createUnit", "POST /classes/{class}/units", TEACH, {"title": "Water"}),
    _call("updateUnit", "PATCH /classes/{class}/units/{unit}", TEACH, {"title": "Fire"}),
    _call("createLesson", "POST /classes/{class}/lessons", TEACH, {"unit_id": "{unit}", "title": "Rain"}),
    _call("orderLessons", "PUT /classes/{class}/lessons/order", TEACH, {"units": []}),
    _call("getLesson", "GET /lessons/{lesson}", SEE),
    _call("updateLesson", "PATCH /lessons/{lesson}", TEACH, {"title": "Snow"}),
    _call(
        "setLessonContent",
        "PUT /lessons/{lesson}/content",
        TEACH,
        {"content": {"type": "doc", "content": [{"type": "paragraph"}]}, "version": 1},
    ),
    _call("noteLessonOpened", "PUT /lessons/{lesson}/opened", SEE),
    _call("completeLesson", "PUT /lessons/{lesson}/completion", SEE, None, 403),
    _call("uncompleteLesson", "DELETE /lessons/{lesson}/completion", SEE, None, 403),
    _call("unpublishLesson", "POST /lessons/{lesson}/unpublish", TEACH),
    _call("publishLesson", "POST /lessons/{lesson}/publish", TEACH, {}),
    _call("createAssignment", "POST /classes/{class}/assignments", TEACH, {"title": "Poem"}),
    _call("listAssignments", "GET /classes/{class}/assignments", SEE),
    _call("getAssignment", "GET /assignments/{assignment}", SEE),
    _call("updateAssignment", "PATCH /assignments/{assignment}", TEACH, {"instructions": "Write."}),
    _call("publishAssignment", "POST /assignments/{assignment}/publish", TEACH),
    _call("listExtensions", "GET /assignments/{assignment}/extensions", TEACH),
    _call(
        "setExtension",
        "PUT /assignments/{assignment}/extensions/{mate}",
        TEACH,
        {"due_at": "2099-01-01T08:00:00Z"},
    ),
    _call("endExtension", "DELETE /assignments/{assignment}/extensions/{mate}", TEACH),
    # Whoever teaches the class has nothing to hand in there.
    _call("keepDraft", "PUT /assignments/{assignment}/draft", SEE, {"text": "Once"}, 403, 409),
    _call("handIn", "POST /assignments/{assignment}/submissions", SEE, {"text": "Once more"}, 403, 409),
    _call("listSubmissions", "GET /assignments/{assignment}/submissions", SEE),
    _call("downloadSubmissions", "GET /assignments/{assignment}/submissions.zip", TEACH),
    _call("getSubmission", "GET /submissions/{submission}", SEE),
    _call("beginAttempt", "POST /submissions/{submission}/attempts", SEE, None, 403, 409),
    _call("gradeSubmission", "PUT /submissions/{submission}/grade", TEACH, {"version": 0, "points": 7}, 409),
    _call("withdrawAssignment", "POST /assignments/{assignment}/withdraw", TEACH, None, 409),
    _call("getGradebook", "GET /classes/{class}/grades", SEE),
    _call(
        "setGrades",
        "PUT /classes/{class}/grades",
        TEACH,
        {"changes": [{"item_id": "{item}", "user_id": "{student}", "points": 3, "version": 0}]},
    ),
    _call(
        "setGradeScheme", "PUT /classes/{class}/grades/scheme", TEACH, {"version": 0, "categories": [], "letters": []}
    ),
    _call("createGradeItem", "POST /classes/{class}/grades/items", TEACH, {"title": "Talk"}),
    _call("orderGradeItems", "PUT /classes/{class}/grades/items/order", TEACH, {"item_ids": ["{item}"]}),
    _call("updateGradeItem", "PATCH /classes/{class}/grades/items/{item}", TEACH, {"hidden": True}),
    _call("listGradeChanges", "GET /classes/{class}/grades/changes", TEACH),
    _call("exportGrades", "GET /classes/{class}/grades.csv", TEACH),
    _call("previewGrades", "POST /classes/{class}/grades/preview", TEACH, "name,Talk", 422),
    _call("removeGradeItem", "DELETE /classes/{class}/grades/items/{item}", TEACH),
    _call("restoreGradeItem", "POST /classes/{class}/grades/items/{item}/restore", TEACH),
    _call("deleteAssignment", "DELETE /assignments/{assignment}", TEACH),
    _call("restoreAssignment", "POST /assignments/{assignment}/restore", TEACH),
    _call("createSession", "POST /sessions", TEACH, {"class_id": "{class}", "title": "Lesson"}),
    _call("listSessions", "GET /sessions?class_id={class}", SEE),
    _call("startClass", "POST /classes/{class}/sessions/start", TEACH, {}),
    _call("getSession", "GET /sessions/{session}", SEE),
    _call("updateSession", "PATCH /sessions/{planned}", TEACH, {"title": "Later"}),
    _call("startSession", "POST /sessions/{session}/start", TEACH),
    _call("getStage", "GET /sessions/{session}/stage", SEE),
    _call("changeStage", "PATCH /sessions/{session}/stage", TEACH, {"locked": False}),
    _call("listShowings", "GET /sessions/{session}/showings", SEE),
    _call("raiseHand", "PUT /sessions/{session}/hand", SEE),
    _call("lowerOwnHand", "DELETE /sessions/{session}/hand", SEE),
    _call("lowerHand", "DELETE /sessions/{session}/hands/{student}", TEACH),
    _call("lowerAllHands", "DELETE /sessions/{session}/hands", TEACH),
    _call("attend", "POST /sessions/{session}/attendance", SEE),
    _call("listAttendance", "GET /sessions/{session}/attendance", TEACH),
    _call("getVideo", "GET /sessions/{session}/video", SEE, None, 409),
    _call("uploadSlides", "POST /documents/{deck}/slides", TEACH, None, 415, 422, files=True),
    _call("getDeck", "GET /documents/{deck}/slides", SEE),
    _call("withdrawUpload", "DELETE /documents/{deck}/slides/uploads/{new_id}", TEACH, None, 404),
    _call("shareAnnotations", "PUT /documents/{deck}/slides/access", TEACH, {"students": "write"}),
    _call("repairDeck", "POST /documents/{deck}/slides/repair", TEACH),
    _call("openSlideBoard", "POST /documents/{deck}/slides/{new_id}/board", SEE, None, 404),
    _call("getPdfPage", "GET /documents/{deck}/slides/pages/{new_id}/1", SEE, None, 404),
    _call("getPageImage", "GET /documents/{deck}/slides/pages/{new_id}/1/image", SEE, None, 404),
    _call("getPageThumbnail", "GET /documents/{deck}/slides/pages/{new_id}/1/thumbnail", SEE, None, 404),
    _call("endSession", "POST /sessions/{session}/end", TEACH),
    _call("deleteSession", "DELETE /sessions/{planned}", TEACH),
    _call("deletePoll", "DELETE /polls/{poll}", TEACH),
    _call("removeClassFile", "DELETE /class-files/{class_file}", TEACH),
    _call("restoreClassFile", "POST /class-files/{class_file}/restore", TEACH, None, 404),
    _call("deleteDocument", "DELETE /documents/{deck}", TEACH),
    _call("restoreDocument", "POST /documents/{deck}/restore", TEACH),
    _call("deleteLesson", "DELETE /lessons/{lesson}", TEACH),
    _call("restoreLesson", "POST /lessons/{lesson}/restore", TEACH),
    _call("deleteUnit", "DELETE /classes/{class}/units/{unit}", TEACH),
    _call("restoreUnit", "POST /classes/{class}/units/{unit}/restore", TEACH),
    _call("removeMember", "DELETE /classes/{class}/members/{mate}", TEACH),
    _call("dropCourse", "DELETE /courses/{spare_course}/enrolment", SEE),
    _call("deleteCourse", "DELETE /courses/{spare_course}", TEACH),
    _call("restoreCourse", "POST /courses/{spare_course}/restore", TEACH, None, 404),
    _call("removeCourseClass", "DELETE /courses/{course}/classes/{class}", TEACH),
    _call("removeMember", "DELETE /classes/{class}/members/{self}", LEAVE, None, 409),
    _call("deleteClass", "DELETE /classes/{class}", TEACH, None, 404),
    _call("restoreClass", "POST /classes/{class}/restore", TEACH, None, 404),
    _call("logout", "POST /auth/logout", OPEN),
]
