"""The wire texts of each format, by hand."""

import csv
import io
import xml.etree.ElementTree as ET

import pytest

pytestmark = pytest.mark.slow

UNABLE = "Server was not able to process your request"


def text(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.content))
    return answer.content.decode()


def test_json_is_one_line_with_escaped_slashes_plain_numbers_and_no_nulls(ask, world):
    answer = ask("v4/getSeries", Collection="Lung")
    assert answer.headers["Content-Type"] == "application/json"
    assert text(answer) == (
        r'[{"SeriesInstanceUID":"1.2.3.1","StudyInstanceUID":"1.2.1","Modality":"CT","ProtocolName":"Routine",'
        r'"SeriesDate":"09-08-2006","SeriesDescription":"Größe 1\/2","BodyPartExamined":"Chest","SeriesNumber":500,'
        r'"AnnotationsFlag":"true","Collection":"Lung","Site":"Ward","PatientID":"L-1","PatientSex":"F",'
        r'"PatientAge":"061Y","AdmittingDiagnosisDescription":"Nodule & cough","Manufacturer":"Acme, Ltd",'
        r'"ManufacturerModelName":"One","SoftwareVersions":"V1\/2","ImageCount":2,'
        r'"MaxSubmissionTimestamp":"07-20-2015",'
        r'"LicenseName":"Creative Commons Attribution 3.0 Unported License",'
        r'"LicenseURI":"http:\/\/creativecommons.org\/licenses\/by\/3.0\/",'
        rf'"DataDescriptionURI":"https:\/\/doi.org\/10.5072\/Lung.1","FileSize":{world.rich.size},'
        r'"ReleasedStatus":"Yes","DateReleased":"10-19-2016","StudyDesc":"Thorax \"A\/B\" <1>",'
        r'"StudyDate":"09-07-2006","ThirdPartyAnalysis":"NO","Authorized":1},'
        r'{"SeriesInstanceUID":"1.2.3.2","StudyInstanceUID":"1.2.2","Modality":"MR","Collection":"Lung",'
        r'"PatientID":"L-2","ImageCount":2,"MaxSubmissionTimestamp":"07-20-2015",'
        r'"LicenseName":"Creative Commons Attribution 3.0 Unported License",'
        r'"LicenseURI":"http:\/\/creativecommons.org\/licenses\/by\/3.0\/",'
        rf'"DataDescriptionURI":"https:\/\/doi.org\/10.5072\/Lung.1","FileSize":{world.plain.size},'
        r'"ReleasedStatus":"Yes","DateReleased":"10-19-2016","ThirdPartyAnalysis":"NO","Authorized":1}]'
    )


def test_v1_writes_days_as_java_does_and_has_columns_of_its_own(ask, world):
    assert text(ask("v1/getSeries", SeriesInstanceUID="1.2.3.1")) == (
        r'[{"SeriesInstanceUID":"1.2.3.1","StudyInstanceUID":"1.2.1","Modality":"CT","ProtocolName":"Routine",'
        r'"SeriesDate":"2006-09-08 00:00:00.0","SeriesDescription":"Größe 1\/2","BodyPartExamined":"Chest",'
        r'"SeriesNumber":500,"AnnotationsFlag":"true","Collection":"Lung","PatientID":"L-1",'
        r'"Manufacturer":"Acme, Ltd","ManufacturerModelName":"One","SoftwareVersions":"V1\/2","ImageCount":2,'
        r'"TimeStamp":"2015-07-20 01:02:03.0",'
        r'"LicenseName":"Creative Commons Attribution 3.0 Unported License",'
        r'"LicenseURI":"http:\/\/creativecommons.org\/licenses\/by\/3.0\/",'
        rf'"CollectionURI":"https:\/\/doi.org\/10.5072\/Lung.1","FileSize":{world.rich.size},'
        r'"DateReleased":"2016-10-19 08:30:15.0","StudyDesc":"Thorax \"A\/B\" <1>",'
        r'"StudyDate":"2006-09-07 00:00:00.0","ThirdPartyAnalysis":"NO"}]'
    )


def test_csv_quotes_every_field_and_writes_numbers_raw(ask, world):
    answer = ask("v4/getSeries", PatientID="l-1", format="csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=UTF-8"
    assert "Content-Disposition" not in answer.headers
    assert text(answer) == (
        '"SeriesInstanceUID","StudyInstanceUID","Modality","ProtocolName","SeriesDate","SeriesDescription",'
        '"BodyPartExamined","SeriesNumber","AnnotationsFlag","Collection","Site","PatientID","PatientSex","PatientAge",'
        '"AdmittingDiagnosisDescription","Manufacturer","ManufacturerModelName","SoftwareVersions","ImageCount",'
        '"MaxSubmissionTimestamp","LicenseName","LicenseURI","DataDescriptionURI","FileSize","ReleasedStatus",'
        '"DateReleased","StudyDesc","StudyDate","ThirdPartyAnalysis","Authorized"\n'
        '"1.2.3.1","1.2.1","CT","Routine","09-08-2006","Größe 1/2","Chest","500.000000","true","Lung","Ward","L-1","F",'
        '"061Y","Nodule & cough","Acme, Ltd","One","V1/2","2","07-20-2015",'
        '"Creative Commons Attribution 3.0 Unported License","http://creativecommons.org/licenses/by/3.0/",'
        f'"https://doi.org/10.5072/Lung.1","{world.rich.size}","Yes","10-19-2016",'
        '"Thorax ""A/B"" <1>","09-07-2006","NO","1"\n'
    )
    assert ask("v4/getSeries", PatientID="l-1", format="CSVQUOTED").content == answer.content


def test_the_metadata_of_a_list_is_a_csv_to_be_saved_unless_asked_otherwise(ask, world):
    answer = ask("v4/getSeriesMetadata", method="post", list="1.2.3.1,1.2.3.7, 1.2.3.9")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="SeriesMetaData.csv"'
    assert text(answer) == (
        '"PatientID","PatientName","PatientSex","EthnicGroup","Phantom","SpeciesCode","SpeciesDescription",'
        '"StudyInstanceUID","StudyDate","StudyDesc","AdmittingDiagnosisDescription","StudyID","PatientAge",'
        '"LongitudinalTemporalEventType","LongitudinalTemporalOffsetFromEvent","SeriesInstanceUID","Collection","Site",'
        '"Modality","ProtocolName","SeriesDate","SeriesDescription","BodyPartExamined","SeriesNumber",'
        '"AnnotationsFlag","Manufacturer","ManufacturerModelName","PixelSpacing(mm)-Row","SliceThickness(mm)",'
        '"SoftwareVersions","ImageCount","MaxSubmissionTimestamp","LicenseName","LicenseURI","DataDescriptionURI",'
        '"FileSize","ReleasedStatus","DateReleased","ThirdPartyAnalysis","Authorized"\n'
        '"L-1","L-1","F","1","NO","337915000","Homo sapiens","1.2.1","09-07-2006","Thorax ""A/B"" <1>","Nodule & cough",'
        '"S7","061Y","DIAGNOSIS","12.0","1.2.3.1","Lung","Ward","CT","Routine","09-08-2006","Größe 1/2","Chest",'
        '"500.000000","true","Acme, Ltd","One","0.878906","3.000000, 5.000000","V1/2","2","07-20-2015",'
        '"Creative Commons Attribution 3.0 Unported License","http://creativecommons.org/licenses/by/3.0/",'
        f'"https://doi.org/10.5072/Lung.1","{world.rich.size}","Yes","10-19-2016","NO","1"\n'
    )
    told = ask("v4/getSeriesMetadata", method="post", list=["1.2.3.1", "1.2.3.2"], format="json").json()
    assert [one["SeriesInstanceUID"] for one in told] == ["1.2.3.1", "1.2.3.2"]


def test_series_metadata_of_v1_has_spaced_names_and_only_texts(ask, world):
    assert text(ask("v1/getSeriesMetaData", SeriesInstanceUID="1.2.3.1")) == (
        r'[{"Series UID":"1.2.3.1","Collection":"Lung","3rd Party Analysis":"NO",'
        r'"Data Description URI":"https:\/\/doi.org\/10.5072\/Lung.1","Subject ID":"L-1","Study UID":"1.2.1",'
        r'"Study Description":"Thorax AB 1","Study Date":"09-07-2006","Series Description":"Gre 12",'
        r'"Manufacturer":"Acme  Ltd","Modality":"CT","SOP Class UID":"1.2.840.10008.5.1.4.1.1.2",'
        rf'"Number of Images":"2","File Size":"{world.rich.size}","File Location":"S7",'
        r'"Series Number":"500.000000","License Name":"Creative Commons Attribution 3.0 Unported License",'
        r'"License URL":"http:\/\/creativecommons.org\/licenses\/by\/3.0\/","Annotation Size":"0",'
        r'"Date Released":"2016-10-19 08:30:15.0","Series Date":"2006-09-08 00:00:00.0","Protocol Name":"Routine",'
        r'"Body Part Examined":"Chest","Annotations Flag":"true","Manufacturer Model Name":"One",'
        r'"Software Versions":"V1\/2","TimeStamp":"2015-07-20 01:02:03.0"}]'
    )


def test_a_single_column_of_csv_is_unquoted_and_a_null_is_an_empty_line_more(ask, world):
    assert text(ask("v4/getManufacturerValues", format="CSV")) == "Manufacturer\n\n\nACME, LTD\n"
    assert text(ask("v1/getManufacturerValues", format="CSV")) == "Manufacturer\n\n\nAcme, Ltd\n"
    assert text(ask("v4/getModalityValues", format="CSVQUOTED")) == '"Modality"\n"CT"\n"MR"\n'
    saved = ask("v4/getModalityValues", format="csv-download")
    assert text(saved) == "Modality\nCT\nMR\n"
    assert saved.headers["Content-Type"] == "application/force-download"
    assert saved.headers["Content-Disposition"] == 'attachment; filename="SeriesMetaData.csv"'


def test_a_null_in_a_single_column_of_json_is_an_empty_object(ask, world):
    assert text(ask("v4/getBodyPartValues")) == '[{},{"BodyPartExamined":"CHEST"}]'


def test_xml_names_the_class_of_every_value(ask, world):
    answer = ask("v4/getPatientStudy", PatientID="L-1", format="XML")
    assert answer.headers["Content-Type"] == "application/xml"
    assert text(answer) == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Results><Row>'
        "<StudyInstanceUID type='java.lang.String'>1.2.1</StudyInstanceUID>"
        "<StudyDate type='java.lang.String'>09-07-2006</StudyDate>"
        "<StudyDescription type='java.lang.String'>Thorax &quot;A/B&quot; &lt;1&gt;</StudyDescription>"
        "<AdmittingDiagnosesDescription type='java.lang.String'>Nodule &amp; cough</AdmittingDiagnosesDescription>"
        "<StudyID type='java.lang.String'>S7</StudyID><PatientAge type='java.lang.String'>061Y</PatientAge>"
        "<PatientID type='java.lang.String'>L-1</PatientID><PatientName type='java.lang.String'>L-1</PatientName>"
        "<PatientSex type='java.lang.String'>F</PatientSex><EthnicGroup type='java.lang.String'>1</EthnicGroup>"
        "<Collection type='java.lang.String'>Lung</Collection><SeriesCount type='java.lang.Integer'>1</SeriesCount>"
        "<LongitudinalTemporalEventType type='java.lang.String'>DIAGNOSIS</LongitudinalTemporalEventType>"
        "<LongitudinalTemporalOffsetFromEvent type='java.lang.Double'>12.0</LongitudinalTemporalOffsetFromEvent>"
        "<Authorized type='java.math.BigInteger'>1</Authorized></Row></Results>"
    )
    older = text(ask("v1/getPatientStudy", PatientID="L-1", format="XML"))
    assert "<StudyDate type='java.sql.Timestamp'>2006-09-07 00:00:00.0</StudyDate>" in older
    assert "<SeriesNumber type='java.math.BigDecimal'>500.000000<" in text(ask("v4/getSeries", format="xml"))


@pytest.mark.parametrize("path", ["v1/getSeriesMetaData", "v4/getSeriesMetadata"])
def test_xml_is_well_formed_even_where_nbias_names_are_no_names(ask, world, path):
    method, name = ("post", "list") if path.startswith("v4") else ("get", "SeriesInstanceUID")
    tree = ET.fromstring(text(ask(path, method=method, format="XML", **{name: "1.2.3.1"})))
    tags = {element.tag for element in tree[0]}
    assert (
        {"Series_UID", "_3rd_Party_Analysis"} if path.startswith("v1") else {"PixelSpacing_mm_-Row"}
    ) <= tags


def test_html_is_a_table_with_blanks_for_nulls(ask, world):
    answer = ask("v4/getPatient", Collection="LUNG", format="html")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert text(answer) == (
        "<P ALIGN='center'><TABLE BORDER=1><TR><TH>PatientId</TH><TH>PatientName</TH><TH>PatientSex</TH>"
        "<TH>EthnicGroup</TH><TH>Collection</TH><TH>Phantom</TH><TH>SpeciesCode</TH><TH>SpeciesDescription</TH>"
        "<TH>Authorized</TH></TR>"
        "<TR><TD>L-1</TD><TD>L-1</TD><TD>F</TD><TD>1</TD><TD>Lung</TD><TD>NO</TD><TD>337915000</TD>"
        "<TD>Homo sapiens</TD><TD>1</TD></TR>"
        "<TR><TD>L-2</TD><TD>&nbsp;</TD><TD>&nbsp;</TD><TD>&nbsp;</TD><TD>Lung</TD><TD>NO</TD><TD>337915000</TD>"
        "<TD>Homo sapiens</TD><TD>1</TD></TR></TABLE></P>"
    )
    assert "Thorax &quot;A/B&quot; &lt;1&gt;" in text(ask("v4/getSeries", format="HTML"))


def test_a_patient_of_v1_has_a_column_for_the_birth_date_that_stays_empty(ask, world):
    rows = list(csv.DictReader(io.StringIO(text(ask("v1/getPatient", format="CSV")))))
    assert [row["PatientBirthDate"] for row in rows] == ["", ""]
    assert "PatientBirthDate" not in text(ask("v1/getPatient"))
    assert "PatientBirthDate" not in text(ask("v4/getPatient", format="CSV"))


def test_an_unknown_format_is_refused_where_there_are_rows(ask, world):
    answer = ask("v4/getSeries", format="YAML")
    assert (answer.status_code, answer.content.decode()) == (400, UNABLE)
    assert answer.headers["Content-Type"].startswith("text/plain")
    nothing = ask("v4/getSeries", Collection="None", format="YAML")
    assert (nothing.status_code, nothing.content) == (200, b"")
