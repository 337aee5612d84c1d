"""The country's policies that every installation begins with; an installation adds its own rows.

Feedback names what it judges by these slugs, so they never change.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.db import bump
from backend.policies.models import Policy, PolicyEvent, PolicyKind, PolicyState
from backend.policies.queries import AREA
from backend.policies.service import write_texts

# Before anything that a unit publishes: lists are read newest first.
SINCE = datetime(2025, 7, 1, tzinfo=UTC)

_PROGRAMME, _REGULATION = PolicyKind.PROGRAMME, PolicyKind.REGULATION

# Slug, kind, name and summary in Vietnamese, name and summary in English.
NATIONAL: tuple[tuple[str, PolicyKind, str, str, str, str], ...] = (
    (
        "giam_ngheo",
        _PROGRAMME,
        "Giảm nghèo bền vững",
        "Hỗ trợ hộ nghèo, hộ cận nghèo về sinh kế, việc làm, nhà ở và các dịch vụ cơ bản.",
        "Sustainable poverty reduction",
        "Support for poor and near-poor households: livelihood, work, housing, basic services.",
    ),
    (
        "nong_thon_moi",
        _PROGRAMME,
        "Xây dựng nông thôn mới",
        "Đường làng, trường học, nhà văn hóa, điện, nước và sản xuất ở nông thôn theo bộ tiêu chí.",
        "New rural development",
        "Village roads, schools, community houses, power, water and production in the countryside.",
    ),
    (
        "xoa_nha_tam",
        _PROGRAMME,
        "Xóa nhà tạm, nhà dột nát",
        "Hỗ trợ xây mới, sửa chữa nhà cho hộ nghèo, hộ cận nghèo và người có công.",
        "Replacing temporary and dilapidated houses",
        "Help to build or mend the houses of poor households and people with merit.",
    ),
    (
        "an_sinh_dtts",
        _PROGRAMME,
        "Chính sách cho đồng bào dân tộc thiểu số",
        "Hỗ trợ đất ở, đất sản xuất, nước sinh hoạt, học tập và giữ gìn văn hóa.",
        "Support for ethnic minorities",
        "Support for homes, farmland, water, schooling and the keeping of culture.",
    ),
    (
        "tro_cap_xa_hoi",
        _REGULATION,
        "Trợ cấp xã hội hằng tháng",
        "Trợ cấp cho người cao tuổi, người khuyết tật, trẻ mồ côi và người khó khăn khác.",
        "Monthly social allowance",
        "Allowances for the elderly, people with disabilities, orphans and others in need.",
    ),
    (
        "nguoi_co_cong",
        _REGULATION,
        "Ưu đãi người có công với cách mạng",
        "Trợ cấp, chăm sóc sức khỏe và hỗ trợ nhà ở cho người có công và thân nhân.",
        "Benefits for people with merit",
        "Allowances, health care and housing support for people with merit and their families.",
    ),
    (
        "vay_von_chinh_sach",
        _PROGRAMME,
        "Vay vốn chính sách xã hội",
        "Cho vay ưu đãi để sản xuất, học tập, làm nhà, nước sạch và vệ sinh.",
        "Social policy loans",
        "Loans on easy terms for production, study, housing, water and sanitation.",
    ),
    (
        "bhyt",
        _REGULATION,
        "Bảo hiểm y tế",
        "Thẻ bảo hiểm y tế, mức đóng được hỗ trợ và quyền lợi khi khám, chữa bệnh.",
        "Health insurance",
        "Health insurance cards, subsidised contributions and what treatment they cover.",
    ),
    (
        "tiem_chung",
        _PROGRAMME,
        "Tiêm chủng mở rộng",
        "Tiêm vắc-xin miễn phí cho trẻ em và phụ nữ mang thai tại trạm y tế.",
        "Vaccination programme",
        "Free vaccines for children and pregnant women at the health station.",
    ),
    (
        "mien_hoc_phi",
        _REGULATION,
        "Miễn, giảm học phí",
        "Miễn, giảm học phí và hỗ trợ chi phí học tập cho trẻ mầm non, học sinh.",
        "Tuition fee exemption",
        "Free or reduced tuition and help with the costs of learning.",
    ),
    (
        "hoc_ba_so",
        _PROGRAMME,
        "Học bạ số",
        "Học bạ của học sinh được lưu và tra cứu trên mạng thay cho sổ giấy.",
        "Digital school records",
        "School records kept and looked up online in place of paper books.",
    ),
    (
        "nuoc_sach",
        _PROGRAMME,
        "Nước sạch nông thôn",
        "Công trình cấp nước tập trung và hỗ trợ hộ gia đình trữ, lọc nước ở nông thôn.",
        "Rural clean water",
        "Shared water works, and help for rural households to store and filter water.",
    ),
    (
        "thu_gom_rac",
        _REGULATION,
        "Thu gom, xử lý rác thải",
        "Phân loại tại nhà, lịch thu gom, điểm tập kết và xử lý rác sinh hoạt.",
        "Waste collection",
        "Sorting at home, collection days, collection points and treatment of waste.",
    ),
    (
        "cap_so_do",
        _REGULATION,
        "Cấp giấy chứng nhận quyền sử dụng đất",
        "Hồ sơ, thời hạn và lệ phí khi cấp mới, cấp đổi giấy chứng nhận.",
        "Land use certificates",
        "Papers, time limits and fees for new and renewed certificates.",
    ),
    (
        "boi_thuong_dat",
        _REGULATION,
        "Bồi thường, hỗ trợ khi Nhà nước thu hồi đất",
        "Đo đạc, kiểm đếm, lấy ý kiến và chi trả cho người có đất thu hồi.",
        "Compensation for recovered land",
        "Measuring, counting, consulting and paying those whose land is recovered.",
    ),
    (
        "tai_dinh_cu",
        _REGULATION,
        "Tái định cư",
        "Bố trí nơi ở mới, hạ tầng và ổn định đời sống cho hộ phải di dời.",
        "Resettlement",
        "New homes, infrastructure and a settled life for households that must move.",
    ),
    (
        "sap_nhap_xa",
        _REGULATION,
        "Sắp xếp đơn vị hành chính cấp xã",
        "Tên mới, trụ sở, giấy tờ và thủ tục sau khi sắp xếp xã, phường.",
        "Merging of communes",
        "New names, offices, papers and procedures after communes were merged.",
    ),
    (
        "dich_vu_cong_truc_tuyen",
        _PROGRAMME,
        "Dịch vụ công trực tuyến",
        "Nộp hồ sơ, theo dõi và nhận kết quả thủ tục hành chính trên mạng.",
        "Online public services",
        "Applying, following and receiving the results of procedures online.",
    ),
    (
        "vneid",
        _PROGRAMME,
        "Định danh điện tử VNeID",
        "Cấp và dùng tài khoản định danh điện tử thay cho giấy tờ.",
        "VNeID electronic identity",
        "Electronic identity accounts and their use in place of papers.",
    ),
    (
        "chuyen_doi_so",
        _PROGRAMME,
        "Chuyển đổi số",
        "Mạng internet, kỹ năng số và tổ công nghệ số cộng đồng ở thôn, làng.",
        "Digital transformation",
        "Internet, digital skills and community digital teams in villages.",
    ),
    (
        "camera_an_ninh",
        _PROGRAMME,
        "Camera an ninh",
        "Lắp đặt và sử dụng camera ở nơi công cộng để giữ an ninh, trật tự.",
        "Security cameras",
        "Cameras in public places for security and order, and how they are used.",
    ),
    (
        "pccc",
        _REGULATION,
        "Phòng cháy, chữa cháy",
        "An toàn phòng cháy ở nhà, nơi kinh doanh, và lực lượng chữa cháy tại chỗ.",
        "Fire safety",
        "Fire safety at home and in shops, and local fire teams.",
    ),
    (
        "phong_chong_thien_tai",
        _PROGRAMME,
        "Phòng, chống thiên tai",
        "Cảnh báo, sơ tán, cứu trợ và khắc phục hậu quả bão, lũ, sạt lở, hạn hán.",
        "Disaster prevention",
        "Warning, evacuation, relief and recovery from storms, floods, landslides and drought.",
    ),
)


def ensure_policies(session: Session) -> None:
    """Add the country's policies that are missing; those that exist are left as they are."""
    known = set(session.scalars(select(Policy.slug)))
    missing = [each for each in NATIONAL if each[0] not in known]
    for slug, kind, name, summary, english_name, english_summary in missing:
        policy = Policy(
            slug=slug, kind=kind, state=PolicyState.PUBLISHED, published_at=SINCE, promises=[]
        )
        texts = {"vi": (name, summary), "en": (english_name, english_summary)}
        write_texts(
            policy,
            {
                language: {"name": words[0], "summary": words[1], "body": ""}
                for language, words in texts.items()
            },
        )
        session.add(policy)
        session.flush()
        session.add(
            PolicyEvent(
                policy_id=policy.id,
                type="publish",
                from_state=None,
                to_state=PolicyState.PUBLISHED.value,
            )
        )
    if missing:
        session.flush()
        bump(session, AREA)
